import { chmod, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const echoFiles = [
  ".arc",
  ".gitignore",
  "AGENTS.md",
  "package.json",
  "preferences.arc",
  "public/index.mjs",
  "src/http/get-index/index.js",
  "src/ws/ws-connect/index.js",
  "src/ws/ws-default/index.js",
  "src/ws/ws-disconnect/index.js",
  "test/app.test.mjs",
];

async function filesIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

describe("the command line", () => {
  test("--version prints the version", async () => {
    const { code, stdout } = await runCli(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("no command prints the commands", async () => {
    const { code, stdout } = await runCli([]);
    expect(code).toBe(0);
    for (const name of ["init", "dev", "check", "fmt", "build"]) expect(stdout).toContain(name);
  });

  test("whoever reads the output may leave early", async () => {
    await using cli = new CliProcess(["--help"]);
    let errors = "";
    cli.child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
    cli.child.stdout?.destroy();
    expect({ code: await cli.exited(), errors }).toEqual({ code: 141, errors: "" });
  });

  test("an unknown command is refused with the one that was meant", async () => {
    const { code, output } = await runCli(["chekc"]);
    expect(code).toBe(1);
    expect(output).toContain('unknown command "chekc"');
    expect(output).toContain('Did you mean "arclet check"?');
    expect(output).not.toMatch(/^\s+at /m);
  });

  test("an unknown flag is refused with the one that was meant", async () => {
    const { code, output } = await runCli(["dev", "--prot", "1"]);
    expect(code).toBe(1);
    expect(output).toContain("unknown flag --prot");
    expect(output).toContain("Did you mean --port?");
  });

  test("a flag without its value is refused", async () => {
    const { code, output } = await runCli(["dev", "--port"]);
    expect(code).toBe(1);
    expect(output).toContain("--port needs a value");
  });

  test("a word too many is refused", async () => {
    const { code, output } = await runCli(["check", "a", "b"]);
    expect(code).toBe(1);
    expect(output).toContain('unexpected argument "b"');
  });

  test.each(["0.5", "65536", "abc"])("--port %s is no port", async (port) => {
    const { code, output } = await runCli(["dev", "--port", port]);
    expect(code).toBe(1);
    expect(output).toContain(`"${port}" is not a port`);
  });

  test("every flag of --help stands in docs/cli.md", async () => {
    const docs = await readFile(new URL("../../docs/cli.md", import.meta.url), "utf8");
    for (const name of ["init", "dev", "check", "fmt", "build"]) {
      const { stdout } = await runCli([name, "--help"]);
      const start = docs.indexOf(`\n## ${name}\n`);
      expect(start).toBeGreaterThan(-1);
      const end = docs.indexOf("\n## ", start + 1);
      const section = docs.slice(start, end === -1 ? undefined : end);
      const flags = [...stdout.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
      const undocumented = flags.filter((flag) => flag !== "--help" && !section.includes(flag));
      expect(undocumented).toEqual([]);
    }
  });
});

describe("init", () => {
  test("leaves AGENTS.md out on demand", async () => {
    await using folder = await temporaryFolder();
    expect(await runCli(["init", "--no-agents"], { cwd: folder.path })).toMatchObject({ code: 0 });
    expect(await filesIn(folder.path)).toEqual(echoFiles.filter((name) => name !== "AGENTS.md"));
  });

  test("writes the echo app and names each file", async () => {
    await using folder = await temporaryFolder();
    const { code, stdout } = await runCli(["init", "my-app"], { cwd: folder.path });
    expect(code).toBe(0);
    const root = join(folder.path, "my-app");
    expect(await filesIn(root)).toEqual(echoFiles);
    for (const file of echoFiles) expect(stdout).toContain(file);
    expect(await readFile(join(root, ".arc"), "utf8")).toMatch(/^@app\nmy-app\n/);
  });

  test("examples/echo is what it writes", async () => {
    await using folder = await temporaryFolder();
    await runCli(["init", "echo"], { cwd: folder.path });
    const example = new URL("../../examples/echo/", import.meta.url);
    for (const file of echoFiles) {
      const written = await readFile(join(folder.path, "echo", file), "utf8");
      expect(await readFile(new URL(file, example), "utf8")).toBe(written);
    }
  });

  test("writes TypeScript when told to", async () => {
    await using folder = await temporaryFolder();
    await runCli(["init", "--typescript"], { cwd: folder.path });
    const files = await filesIn(folder.path);
    expect(files).toContain("src/ws/ws-default/index.ts");
    expect(files).toContain("tsconfig.json");
    expect(files.some((file) => file.startsWith("src") && file.endsWith(".js"))).toBe(false);
  });

  test("run again, it writes nothing", async () => {
    await using folder = await temporaryFolder();
    await runCli(["init"], { cwd: folder.path });
    const { code, stdout } = await runCli(["init"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).not.toContain("wrote");
    expect(stdout).toContain("Nothing is missing");
  });

  test("never overwrites", async () => {
    await using folder = await temporaryFolder({
      ".gitignore": "mine\n",
      "public/index.mjs": "// mine\n",
    });
    await runCli(["init"], { cwd: folder.path });
    expect(await readFile(join(folder.path, ".gitignore"), "utf8")).toBe("mine\n");
    expect(await readFile(join(folder.path, "public/index.mjs"), "utf8")).toBe("// mine\n");
  });

  test("adds what a manifest names and is missing, for each pragma", async () => {
    await using folder = await temporaryFolder({
      "app.arc": [
        "@app\nshop",
        "@ws\ncheckout",
        "@http\nget /\npost /orders/:id",
        "@events\npaid",
        "@queues\nship",
        "@scheduled\ndaily rate(1 day)",
        "@tables\norders\n  id *String",
        "@tables-streams\norders\n",
      ].join("\n\n"),
      "src/ws/connect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
    });
    const { code } = await runCli(["init"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(await filesIn(folder.path)).toEqual(
      [
        ".gitignore",
        "app.arc",
        "package.json",
        "public/index.mjs",
        "src/events/paid/index.js",
        "src/http/get-index/index.js",
        "src/http/post-orders-000id/index.js",
        "src/queues/ship/index.js",
        "src/scheduled/daily/index.js",
        "src/tables-streams/orders/index.js",
        // The project's own layout: without `ws-`, as its connect function.
        "src/ws/checkout/index.js",
        "src/ws/connect/index.mjs",
        "src/ws/default/index.js",
        "src/ws/disconnect/index.js",
      ].toSorted(),
    );
  });

  test("writes module syntax where the package says so", async () => {
    await using folder = await temporaryFolder({ "package.json": '{ "type": "module" }\n' });
    await runCli(["init"], { cwd: folder.path });
    const source = await readFile(join(folder.path, "src/ws/ws-default/index.js"), "utf8");
    expect(source).toContain('import { ws } from "@arclet/functions";');
    expect(source).toContain("export const handler =");
  });

  test("starts handlers from the templates of the preferences", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nshop\n\n@events\npaid\n",
      "prefs.arc": "@create\ntemplates\n  events templates/events.mjs\n",
      "templates/events.mjs": "// ours\n",
    });
    await runCli(["init"], { cwd: folder.path });
    const source = await readFile(join(folder.path, "src/events/paid/index.mjs"), "utf8");
    expect(source).toBe("// ours\n");
  });

  test("a file in the folder's place is a clear error", async () => {
    await using folder = await temporaryFolder({ taken: "" });
    const { code, output } = await runCli(["init", "taken"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain("this is a file, not a folder");
  });

  test("a name that is no app name is refused before anything is written", async () => {
    await using folder = await temporaryFolder();
    const { code, output } = await runCli(["init", "--name", "9 lives"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain('"9 lives" is not a valid name for an app');
    expect(await filesIn(folder.path)).toEqual([]);
  });

  // root may write anywhere, and Windows has other permissions
  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "a folder without permission is a clear error",
    async () => {
      await using folder = await temporaryFolder();
      await chmod(folder.path, 0o500);
      const { code, output } = await runCli(["init"], { cwd: folder.path });
      await chmod(folder.path, 0o700);
      expect(code).toBe(1);
      expect(output).toContain("permission denied");
    },
  );
});

describe("check", () => {
  test("a sound project passes", async () => {
    await using folder = await temporaryFolder();
    await runCli(["init"], { cwd: folder.path });
    const { code, output } = await runCli(["check"], { cwd: folder.path });
    expect(output).toContain("No errors found.");
    expect(code).toBe(0);
  });

  test("tells every mistake with its place, and exits with 1", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\n9lives\n\n@htpt\nget /\n\n@http\nfetch /x\n",
    });
    const { code, output } = await runCli(["check"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toMatch(/\.arc:2:1: error/);
    expect(output).toMatch(/\.arc:8:1: error/);
  });

  test("--format json is JSON and nothing else", async () => {
    await using folder = await temporaryFolder({ ".arc": "@app\n9lives\n" });
    const { code, stdout } = await runCli(["check", "--format", "json"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(Array.isArray(JSON.parse(stdout))).toBe(true);
  });

  test("--format github annotates", async () => {
    await using folder = await temporaryFolder({ ".arc": "@app\n9lives\n" });
    const { stdout } = await runCli(["check", "--format", "github"], { cwd: folder.path });
    expect(stdout).toMatch(/^::error file=\.arc,line=2/m);
  });

  test("an unknown format is refused", async () => {
    const { code, output } = await runCli(["check", "--format", "xml"]);
    expect(code).toBe(1);
    expect(output).toContain("pretty");
  });

  test("no such folder is a clear error", async () => {
    const { code, output } = await runCli(["check", "/nowhere/at/all"]);
    expect(code).toBe(1);
    expect(output).toContain("/nowhere/at/all: no such file or folder");
  });
});

describe("fmt", () => {
  test("formats in place, keeps comments, and changes nothing the second time", async () => {
    await using folder = await temporaryFolder({
      "app.arc": "# the app\n@app\nx\n@http\n  get /   # home\n",
    });
    const file = join(folder.path, "app.arc");
    expect((await runCli(["fmt"], { cwd: folder.path })).code).toBe(0);
    const once = await readFile(file, "utf8");
    expect(once).toContain("# the app");
    expect(once).toContain("# home");
    const { stdout } = await runCli(["fmt"], { cwd: folder.path });
    expect(stdout).toContain("Already formatted.");
    expect(await readFile(file, "utf8")).toBe(once);
  });

  test("--check names what would change, writes nothing, and exits with 1", async () => {
    const source = "@app\nx\n@http\nget    /\n";
    await using folder = await temporaryFolder({ "app.arc": source });
    const { code, stdout } = await runCli(["fmt", "--check"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(stdout).toContain("would format app.arc");
    expect(await readFile(join(folder.path, "app.arc"), "utf8")).toBe(source);
  });

  test("refuses a file with syntax errors and leaves it alone", async () => {
    const source = '@app\n"x\n';
    await using folder = await temporaryFolder({ "app.arc": source });
    const { code, output } = await runCli(["fmt", "app.arc"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain("app.arc:2:1: error");
    expect(await readFile(join(folder.path, "app.arc"), "utf8")).toBe(source);
  });

  test("formats configs of functions too, and stays out of node_modules", async () => {
    await using folder = await temporaryFolder({
      "src/ws/ws-default/config.arc": "@aws\ntimeout    10\n",
      "node_modules/x/app.arc": "@app\nx   \n",
    });
    const { stdout } = await runCli(["fmt"], { cwd: folder.path });
    expect(stdout).toContain("formatted src/ws/ws-default/config.arc");
    expect(stdout).not.toContain("node_modules");
  });

  test("a folder without .arc files is a clear error", async () => {
    await using folder = await temporaryFolder();
    const { code, output } = await runCli(["fmt"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain("No .arc file found");
  });
});

describe("build", () => {
  test("writes every function's artifact", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nx\n\n@http\nget /\n",
      "src/http/get-index/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
    });
    const { code, stdout } = await runCli(["build"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toContain("http/get-index");
    expect((await stat(join(folder.path, ".arclet/build/http/get-index"))).isDirectory()).toBe(
      true,
    );
  });

  test("a syntax error is told with its place, and exits with 1", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nx\n\n@http\nget /\n",
      "src/http/get-index/index.js": "exports.handler = async () => {\n  const = 1;\n};\n",
    });
    const { code, output } = await runCli(["build"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toMatch(/src\/http\/get-index\/index\.js:2:\d+: error/);
  });

  test("a missing handler is told", async () => {
    await using folder = await temporaryFolder({ ".arc": "@app\nx\n\n@http\nget /\n" });
    await mkdir(join(folder.path, "src/http/get-index"), { recursive: true });
    await writeFile(join(folder.path, "src/http/get-index/readme.txt"), "");
    const { code, output } = await runCli(["build"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain("src/http/get-index");
  });
});
