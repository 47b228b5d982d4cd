import { once } from "node:events";
import { appendFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder, writeTree } from "../helpers/temporary-folder.ts";

const respond = (text: string): string =>
  `exports.handler = async () => ({ statusCode: 200, body: ${JSON.stringify(text)} });\n`;
const page = "src/http/get-index/index.js";
const app = { ".arc": "@app\nlive\n\n@http\nget /\n", [page]: respond("one") };

interface Running extends AsyncDisposable {
  readonly cli: CliProcess;
  readonly url: string;
  /** Writes files and waits for what is reported of them. */
  save(files: Readonly<Record<string, string>>, reported: RegExp): Promise<string>;
  get(path?: string): Promise<string>;
}

async function dev(root: string, ...flags: readonly string[]): Promise<Running> {
  const cli = new CliProcess(["dev", root, "--port", "0", ...flags], { isGroup: true });
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  return {
    cli,
    url,
    async save(files, reported) {
      const from = cli.output.length;
      await writeTree(root, files);
      await cli.waitFor(reported, from);
      return cli.output.slice(from);
    },
    get: async (path = "/") => (await fetch(url + path)).text(),
    [Symbol.asyncDispose]: () => cli[Symbol.asyncDispose](),
  };
}

function count(text: string, pattern: RegExp): number {
  return text.match(new RegExp(pattern, "g"))?.length ?? 0;
}

describe("a save whose code throws while it loads", () => {
  test("is reported with its place, the previous version keeps running, and a fix loads", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    expect(await running.get()).toBe("one");
    const said = await running.save(
      { [page]: 'const cats = 3;\nthrow new Error("no cats");\n' },
      /index\.js:2:7\)/,
    );
    expect(said).toMatch(
      /http\/get-index failed to load, but the version of \d\d:\d\d keeps running/,
    );
    expect(said).toMatch(/> 2 │ throw new Error\("no cats"\);/);
    expect(said).not.toContain("reloaded");
    expect(await running.get()).toBe("one");
    // Another function's save does not report it again.
    const other = await running.save({ ".env": "NAME=1\n" }, /reloaded the project's settings/);
    expect(count(other, /failed to load/)).toBeLessThanOrEqual(1);
    const fixed = await running.save({ [page]: respond("two") }, /works again/);
    expect(fixed).toMatch(/reloaded http\/get-index/);
    expect(await running.get()).toBe("two");
  });

  test("runs the version before in new environments too", async () => {
    const ends = `exports.handler = async ({ queryStringParameters }) => {
  if (queryStringParameters?.end) process.exit(1);
  return { statusCode: 200, body: "one" };
};
`;
    await using folder = await temporaryFolder({ ...app, [page]: ends });
    await using running = await dev(folder.path);
    expect(await running.get()).toBe("one");
    for (const reason of ["no cats", "no dogs"]) {
      await running.save({ [page]: `throw new Error("${reason}");\n` }, new RegExp(reason));
      await running.get("/?end=1");
      expect(await running.get()).toBe("one");
    }
    await running.save({ [page]: respond("two") }, /works again/);
    expect(await running.get()).toBe("two");
  });

  test("replaces code that has never loaded either", async () => {
    await using folder = await temporaryFolder({ ...app, [page]: 'throw new Error("first");\n' });
    await using running = await dev(folder.path);
    await running.get();
    await running.cli.waitFor(/Error: first/);
    const said = await running.save({ [page]: 'throw new Error("second");\n' }, /Error: second/);
    expect(said).toMatch(/http\/get-index failed to load, and fails until it loads/);
    await running.get();
    const fixed = await running.save({ [page]: respond("fixed") }, /works again/);
    expect(fixed).not.toContain("Error: first");
    expect(await running.get()).toBe("fixed");
  });
});

describe("what is saved", () => {
  test("a function that does not build is built again only for what it reads", async () => {
    await using folder = await temporaryFolder({
      ...app,
      [page]: 'exports.handler = async () => { const = require("../../../lib/names.js"); };\n',
      "src/shared/x.js": "",
    });
    await using running = await dev(folder.path);
    expect(count(running.cli.output, /build-failed/)).toBe(1);
    const from = running.cli.output.length;
    // As `arclet dev > dev.log` would, line by line.
    for (let line = 0; line < 20; line++) await appendFile(join(folder.path, "dev.log"), "line\n");
    await writeTree(folder.path, { "notes.md": "x", "public/a.html": "x", "lib/other.js": "x" });
    const said = await running.save({ ".env": "NAME=1\n" }, /reloaded the project's settings/);
    expect(said).not.toMatch(/build/);
    expect(running.cli.output.slice(from)).not.toMatch(/build/);
    await running.save({ [page]: respond("two") }, /http\/get-index works again/);
  });

  test("a warning is made once, and again when it comes back", async () => {
    const warned = "exports.handler = async () => ({ body: 'a', body: 'b', statusCode: 200 });\n";
    await using folder = await temporaryFolder({
      ".arc": "@app\nlive\n\n@http\nget /\n",
      [page]: warned,
    });
    await using running = await dev(folder.path);
    const warning = /build-warning/;
    expect(count(running.cli.output, warning)).toBe(1);
    expect(await running.save({ [page]: `${warned}\n// x\n` }, /reloaded/)).not.toMatch(warning);
    await running.save({ [page]: respond("fine") }, /reloaded/);
    expect(count(await running.save({ [page]: warned }, /reloaded/), warning)).toBe(1);
  });

  test("a function that makes files in its own folder is not reloaded for them", async () => {
    const other = "src/http/get-other/index.js";
    await using folder = await temporaryFolder({
      ".arc": `${app[".arc"]}get /other\n`,
      [other]: respond("other"),
      [page]: `const { writeFileSync } = require("node:fs");
let calls = 0;
exports.handler = async () => {
  writeFileSync(__dirname.replace(".arclet/build", "src") + "/calls.json", String(++calls));
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { statusCode: 200, body: String(calls) };
};
`,
    });
    await using running = await dev(folder.path);
    for (const calls of ["1", "2", "3"]) {
      expect(await running.get()).toBe(calls);
      await running.save({ [other]: respond(calls), "dev.log": calls }, /reloaded http\/get-other/);
    }
    expect(count(running.cli.output, /reloaded http\/get-index/)).toBe(0);
  });

  test("a function that writes into its own folder does not reload itself", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/loaded.json": "0",
      [page]: `const { writeFileSync } = require("node:fs");
// The build folder of a version may have a number behind the function's name.
const source = __dirname.replace(".arclet/build", "src").replace(/~.*$/, "");
writeFileSync(source + "/loaded.json", String(Math.random()));
exports.handler = async () => ({ statusCode: 200, body: "one" });
`,
    });
    await using running = await dev(folder.path);
    await running.get();
    await running.cli.waitFor(/writes src\/http\/get-index\/loaded\.json while it runs/);
    const reloads = count(running.cli.output, /reloaded http\/get-index/);
    await running.save({ ".env": "NAME=1\n" }, /reloaded the project's settings/);
    await running.get();
    await running.save({ ".env": "NAME=2\n" }, /reloaded the project's settings/);
    expect(count(running.cli.output, /reloaded http\/get-index/)).toBe(reloads);
    // A save of its source still counts.
    await running.save({ [page]: respond("two") }, /reloaded http\/get-index/);
  });

  test("a data file beside a function reloads it when a person saves it", async () => {
    await using folder = await temporaryFolder({
      ...app,
      [page]: `const { readFileSync } = require("node:fs");
const text = readFileSync(__dirname + "/name.txt", "utf8");
exports.handler = async () => ({ statusCode: 200, body: text });
`,
      "src/http/get-index/name.txt": "a",
    });
    await using running = await dev(folder.path);
    for (const text of ["b", "c", "d", "e"]) {
      await running.save({ "src/http/get-index/name.txt": text }, /reloaded http\/get-index/);
      expect(await running.get()).toBe(text);
    }
  });
});

describe("a save that breaks everything at once", () => {
  test("a manifest that is deleted, and one with errors, work again when they are back", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const from = running.cli.output.length;
    await rm(join(folder.path, ".arc"));
    await running.cli.waitFor(/the manifest is gone: what runs stays as it was/, from);
    const restored = await running.save({ ".arc": app[".arc"] }, /the manifest works again/);
    expect(running.cli.output.slice(from)).not.toContain("serving the folder");
    expect(restored).not.toContain("reloaded");
    await running.save({ ".arc": "@app\nlive\n\n@htp\n" }, /manifest: what runs stays as it was/);
    await running.save({ ".arc": app[".arc"] }, /the manifest works again/);
    expect(await running.get()).toBe("one");
  });

  test("a package.json that every function reads is reported once", async () => {
    await using folder = await temporaryFolder({
      ...app,
      ".arc": "@app\nlive\n\n@http\nget /\nget /b\n",
      "src/http/get-b/index.js": respond("b"),
      "package.json": "{}\n",
    });
    await using running = await dev(folder.path);
    const said = await running.save({ "package.json": '{ "name": ' }, /what runs stays as it was/);
    expect(count(said, /package\.json:\d+:\d+: error/)).toBe(1);
    expect(said).toMatch(/http\/get-index, http\/get-b: what runs stays as it was/);
    await running.save({ "package.json": "{}\n" }, /http\/get-b works again/);
  });

  test("a handler that is renamed is reported once, whatever else is saved beside it", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const from = running.cli.output.length;
    await rename(join(folder.path, page), join(folder.path, "src/http/get-index/Index.js"));
    await running.cli.waitFor(/http\/get-index: what runs stays as it was/, from);
    await running.save({ [page]: respond("two") }, /works again/);
    const said = running.cli.output.slice(from);
    expect(count(said, /has no handler file/)).toBe(1);
    expect(said).not.toContain("still does not build");
    expect(await running.get()).toBe("two");
  });
});

describe("nothing is cached past its time", () => {
  test("init adds the folder of an action while dev runs", async () => {
    await using folder = await temporaryFolder({ ".arc": "@app\nlive\n\n@ws\n" });
    await runCli(["init", folder.path]);
    await linkDependencies(folder.path);
    await using running = await dev(folder.path);
    await running.save({ ".arc": "@app\nlive\n\n@ws\nvote\n" }, /function-missing/);
    const from = running.cli.output.length;
    expect((await runCli(["init", folder.path])).output).toContain("src/ws/ws-vote");
    await running.cli.waitFor(/ws\/vote works again/, from);
  });

  test("a package is found after it is installed", async () => {
    await using folder = await temporaryFolder({
      ...app,
      [page]:
        'const { name } = require("pets");\nexports.handler = async () => ({ statusCode: 200, body: name });\n',
    });
    await using running = await dev(folder.path);
    await running.cli.waitFor(/npm install pets/);
    await running.save(
      {
        "node_modules/pets/package.json": '{ "name": "pets", "main": "index.js" }',
        "node_modules/pets/index.js": 'exports.name = "cat";\n',
        "node_modules/.package-lock.json": "{}",
      },
      /works again/,
    );
    expect(await running.get()).toBe("cat");
    await running.save(
      {
        "node_modules/pets/index.js": 'exports.name = "dog";\n',
        "node_modules/.package-lock.json": "{ }",
      },
      /reloaded http\/get-index/,
    );
    expect(await running.get()).toBe("dog");
  });

  test("shared folders, linked packages and compiler settings are followed", async () => {
    await using folder = await temporaryFolder({
      ...app,
      [page]:
        'const { a } = require("@architect/shared/a");\nconst { b } = require("pets");\nexports.handler = async () => ({ statusCode: 200, body: a + b });\n',
      "packages/pets/package.json": '{ "name": "pets" }',
      "packages/pets/index.js": 'exports.b = "1";\n',
      "node_modules/.keep": "",
    });
    await symlink("../packages/pets", join(folder.path, "node_modules/pets"));
    await using running = await dev(folder.path);
    await running.save({ "src/shared/a.js": 'exports.a = "a";\n' }, /works again/);
    expect(await running.get()).toBe("a1");
    await running.save({ "packages/pets/index.js": 'exports.b = "2";\n' }, /reloaded/);
    expect(await running.get()).toBe("a2");
    await running.save(
      { ".arc": `${app[".arc"]}\n@shared\nsrc lib\n`, "lib/a.js": 'exports.a = "b";\n' },
      /reloaded/,
    );
    expect(await running.get()).toBe("b2");
  });

  test("a function's folder that is removed and comes back", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const from = running.cli.output.length;
    await rm(join(folder.path, "src/http/get-index"), { recursive: true });
    await running.cli.waitFor(/has no (?:folder|handler file)/, from);
    await running.save({ [page]: respond("back") }, /works again/);
    expect(await running.get()).toBe("back");
  });
});

describe("the system", () => {
  test("links that lead in circles do not keep dev from working", async () => {
    await using folder = await temporaryFolder({ ...app, "src/a/b/x.txt": "x" });
    await symlink("..", join(folder.path, "src/a/b/up"));
    await symlink(".", join(folder.path, "src/a/self"));
    await symlink("nowhere", join(folder.path, "src/a/nowhere"));
    await symlink("loop", join(folder.path, "src/a/loop"));
    await using running = await dev(folder.path);
    await running.save({ [page]: respond("two") }, /reloaded/);
    expect(await running.get()).toBe("two");
    expect(running.cli.output).not.toContain("bug");
  });

  test("watches that run out are reported once, and the app runs on", async () => {
    await using folder = await temporaryFolder({
      ...app,
      ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`data/${index}/x`, ""])),
    });
    const preload = fileURLToPath(new URL("no-more-watches.cjs", import.meta.url));
    await using cli = new CliProcess(["dev", folder.path, "--port", "0"], {
      env: { NODE_OPTIONS: `--require=${preload}` },
    });
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    await cli.waitFor(/max_user_watches/);
    expect(await (await fetch(url)).text()).toBe("one");
    expect(count(cli.output, /max_user_watches/)).toBe(1);
    expect(cli.output).not.toContain("bug");
  });

  test("Ctrl-C during a build ends quietly", async () => {
    await using folder = await temporaryFolder({
      ...app,
      [page]: `const { a } = require("../../../lib/large.js");\n${respond("one")}`,
      "lib/large.js": "exports.a = 1;\n",
    });
    await using running = await dev(folder.path);
    await running.save({ "lib/large.js": "exports.a = 2;\n" }, /reloaded/);
    const from = running.cli.output.length;
    const large = Array.from({ length: 200_000 }, (_, line) => `exports.a${line} = "${line}";`);
    await writeFile(join(folder.path, "lib/large.js"), large.join("\n"));
    const exit = running.cli.interrupt();
    expect(await exit).toBe(0);
    expect(running.cli.output.slice(from)).not.toMatch(/bug|error|stopped|kept|stays/);
  });
});

describe("messages and refusals give their reason", () => {
  const sockets = {
    ".arc": "@app\nlive\n\n@ws\n\n@http\nget /\n\n@scheduled\nnever cron(0 0 1 1 ? 2020)\n",
    [page]: "exports.handler = async () => ({ statusCode: 'many' });\n",
    "src/ws/ws-connect/index.js":
      "exports.handler = async ({ queryStringParameters: q }) => ({ statusCode: 200, ...(q?.key && { [q.key]: 1 }) });\n",
    "src/ws/ws-default/index.js": "exports.handler = async ({ body }) => JSON.parse(body);\n",
    "src/ws/ws-disconnect/index.js": respond(""),
    "src/scheduled/never/index.js": respond(""),
  };

  async function refused(url: string, origin?: string): Promise<number> {
    const socket = new WebSocket(url.replace("http", "ws"), origin === undefined ? {} : { origin });
    socket.on("error", () => {});
    const [, response] = (await once(socket, "unexpected-response")) as [
      unknown,
      { statusCode: number },
    ];
    return response.statusCode;
  }

  test("of sockets, requests and schedules", async () => {
    await using folder = await temporaryFolder(sockets);
    await using running = await dev(folder.path);
    await running.cli.waitFor(/schedule never never runs again/);
    expect(await refused(running.url, "https://example.com")).toBe(403);
    await running.cli.waitFor(
      /\$connect\s+403.*\n.*Arclet refused the foreign origin https:\/\/example\.com/,
    );
    expect(await refused(`${running.url}/?key=status`)).toBe(502);
    await running.cli.waitFor(
      /\$connect\s+502.*\n.*ws\/connect: its result has the unknown key status/,
    );
    const socket = new WebSocket(running.url.replace("http", "ws"));
    await once(socket, "open");
    socket.send('{"statusCode":500}');
    await running.cli.waitFor(/\$default\s+500/);
    socket.send('{"status":200}');
    await running.cli.waitFor(/\$default\s+err.*\n.*its result has the unknown key status/);
    socket.terminate();
    expect((await fetch(running.url)).status).toBe(500);
    await running.cli.waitFor(
      /GET\s+\/\s+500.*\n.*http\/get-index: its result has the statusCode "many"/,
    );
  });
});

describe("@sandbox-start", () => {
  const preferences = (...commands: readonly string[]): Readonly<Record<string, string>> => ({
    "preferences.arc": `@env\ntesting\n  NAME cat\n\n@sandbox-start\n${commands.join("\n")}\n`,
    "show.cjs":
      'console.log("show", process.env.NAME, JSON.parse(process.env.ARC_INV).app, JSON.parse(process.env.ARC_RAW).app[0]);\n',
    "wait.cjs": 'console.log("waits"); setInterval(() => {}, 1000);\n',
    [page]: respond("one"),
  });

  test("runs its commands one after the other, and those that go on end with the app", async () => {
    await using folder = await temporaryFolder({
      ...app,
      ...preferences("node show.cjs", "node wait.cjs"),
    });
    await using running = await dev(folder.path);
    await running.cli.waitFor(/node show\.cjs: show cat \S+ \S+/);
    await running.cli.waitFor(/node wait\.cjs: waits/);
    expect(await running.get()).toBe("one");
    expect(await running.cli.interrupt()).toBe(0);
  });

  test("stops at a command that fails, and the app runs on", async () => {
    await using folder = await temporaryFolder({
      ...app,
      ...preferences("node show.cjs", "exit 3", "node wait.cjs"),
    });
    await using running = await dev(folder.path);
    await running.cli.waitFor(/"exit 3" failed with exit code 3/);
    expect(await running.get()).toBe("one");
    expect(running.cli.output).not.toContain("waits");
  });
});

test("@create autocreate writes the functions that are missing, at the start and at a save", async () => {
  await using folder = await temporaryFolder({
    "app.arc": "@app\nautocreate\n\n@http\nget /\n",
    "preferences.arc": "@create\nautocreate true\n",
  });
  await using running = await dev(folder.path);
  expect(running.cli.output).toContain("wrote src/http/get-index/index.js");
  expect(running.cli.output).not.toContain("function-missing");
  const added = await running.save(
    { "app.arc": "@app\nautocreate\n\n@http\nget /\nget /more\n" },
    /reloaded/,
  );
  expect(added).toContain("wrote src/http/get-more/index.js");
  const url = running.url;
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(`${url}/more`)).status).toBe(200);
});
