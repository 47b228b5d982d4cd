import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const respond = (expression: string): string =>
  `exports.handler = async (event) => ({ statusCode: 200, body: String(${expression}) });\n`;

/** A plugin as written for Architect. */
const architectPlugin = `module.exports = {
  set: {
    env: ({ arc, inventory, stage }) => ({
      STATS: { stage, from: arc.stats[0], app: inventory.inv.app },
      SECRET: "of the plugin",
    }),
    http: ({ inventory }) => ({
      method: "get",
      path: "/stats",
      src: inventory.inv._project.cwd + "/src/plugins/stats-page",
    }),
    events: () => [{ name: "counted", src: "src/plugins/counted" }],
    scheduled: () => ({ name: "nightly", src: "src/plugins/counted", cron: "0 2 * * ? *" }),
    tables: () => ({ name: "counts", partitionKey: "id", partitionKeyType: "string" }),
  },
  sandbox: {
    start: async ({ inventory, invoke }) => {
      let answer = await invoke({ pragma: "http", name: "get /stats" });
      console.log("stats starts with", inventory.get.http("get /stats").name, answer.body);
    },
    watcher: async ({ filename, event }) => console.log("stats saw", event, filename),
    end: async () => console.log("stats ends"),
  },
  deploy: {
    start: async ({ arc, cloudformation, stage, dryRun }) => {
      cloudformation.Resources.StatsBucket = {
        Type: "AWS::S3::Bucket",
        Properties: { Tags: [{ Key: "from", Value: [arc.stats[0], stage, dryRun].join() }] },
      };
      return cloudformation;
    },
    end: async ({ stackname }) => console.log("stats deployed", stackname),
  },
};
`;

const app = {
  "app.arc":
    "@app\nplugged\n\n@http\nget /\n\n@static\nfalse\n\n@plugins\nstats\n\n@stats\nhourly\n",
  ".env": "SECRET=of the person\n",
  "src/http/get-index/index.js": respond("process.env.STATS + process.env.SECRET"),
  "src/plugins/stats.js": architectPlugin,
  "src/plugins/stats-page/index.js": respond('"stats page"'),
  "src/plugins/counted/index.js": "exports.handler = async () => {};\n",
};

async function start(root: string): Promise<{ cli: CliProcess; url: string } & AsyncDisposable> {
  await linkDependencies(root);
  const cli = new CliProcess(["dev", root, "--port", "0"]);
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  return { cli, url, [Symbol.asyncDispose]: () => cli[Symbol.asyncDispose]() };
}

describe("a plugin of Architect's shape", () => {
  test("sets variables, routes and events, and its hooks run along the session", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await start(folder.path);
    const { cli, url } = running;
    expect(await (await fetch(url)).text()).toBe(
      '{"stage":"testing","from":"hourly","app":"plugged"}of the person',
    );
    expect(await (await fetch(`${url}/stats`)).text()).toBe("stats page");
    await cli.waitFor(/stats starts with get \/stats stats page/);
    await cli.waitFor(/EVENT\s+counted\s+src\/plugins\/counted/);
    const saved = join(folder.path, "src/notes.txt");
    await writeFile(saved, "x");
    await cli.waitFor(new RegExp(`stats saw update ${saved}`));
    expect(await cli.interrupt()).toBe(0);
    expect(cli.output).toContain("stats ends");
  });

  test("changes the CloudFormation of a deploy, and its variables are deployed", async () => {
    await using folder = await temporaryFolder(app);
    await linkDependencies(folder.path);
    const { code, output } = await runCli(["deploy", "--dry-run"], { cwd: folder.path });
    expect(output).toContain("stats deployed PluggedStaging");
    expect(code).toBe(0);
    const template = JSON.parse(
      await readFile(join(folder.path, ".arclet/deploy/staging/template.json"), "utf8"),
    ) as { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };
    expect(template.Resources["StatsBucket"]?.Properties).toEqual({
      Tags: [{ Key: "from", Value: "hourly,staging,true" }],
    });
    const resources = Object.values(template.Resources);
    const variables = resources
      .filter(({ Type }) => Type === "AWS::Lambda::Function")
      .map(({ Properties }) => Properties["Environment"]);
    expect(variables).toHaveLength(4);
    for (const one of variables)
      expect(one).toMatchObject({
        Variables: { STATS: '{"stage":"staging","from":"hourly","app":"plugged"}' },
      });
    expect(resources.map(({ Type }) => Type)).toEqual(
      expect.arrayContaining(["AWS::SNS::Topic", "AWS::DynamoDB::Table"]),
    );
  });
});

describe("a typed plugin", () => {
  const typed = `import { writeFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin } from "arclet";

export default definePlugin({
  set: {
    runtimes: () => ({
      name: "shout",
      baseRuntime: "nodejs22.x",
      async compile({ source, output }: { source: string; output: string }): Promise<void> {
        const text = await readFile(join(source, "index.shout"), "utf8");
        const body = JSON.stringify(text.trim().toUpperCase());
        await writeFile(join(output, "index.js"), \`exports.handler = async () => ({ statusCode: 200, body: \${body} });\`);
      },
    }),
  },
});
`;

  test("brings a runtime of its own, whose functions are compiled at each save", async () => {
    await using folder = await temporaryFolder({
      "app.arc": "@app\nshouting\n\n@aws\nruntime shout\n\n@http\nget /\n\n@plugins\nshout\n",
      "src/plugins/shout.ts": typed,
      "src/http/get-index/index.shout": "hello",
    });
    await using running = await start(folder.path);
    expect(await (await fetch(running.url)).text()).toBe("HELLO");
    const from = running.cli.output.length;
    await writeFile(join(folder.path, "src/http/get-index/index.shout"), "again");
    await running.cli.waitFor(/get-index/, from);
    expect(await (await fetch(running.url)).text()).toBe("AGAIN");
  });

  test("deploys what it compiled on the base runtime", async () => {
    await using folder = await temporaryFolder({
      "app.arc": "@app\nshouting\n\n@aws\nruntime shout\n\n@http\nget /\n\n@plugins\nshout\n",
      "src/plugins/shout.ts": typed,
      "src/http/get-index/index.shout": "hello",
    });
    await linkDependencies(folder.path);
    const { code } = await runCli(["deploy", "--dry-run"], { cwd: folder.path });
    expect(code).toBe(0);
    const file = join(folder.path, ".arclet/deploy/staging/template.json");
    expect(await readFile(file, "utf8")).toContain('"Runtime": "nodejs22.x"');
  });
});

describe("a plugin of Architect's that builds into a folder", () => {
  test("runs what sandbox.start wrote there", async () => {
    await using folder = await temporaryFolder({
      "app.arc": "@app\nbuilt\n\n@aws\nruntime coffee\n\n@http\nget /\n\n@plugins\ncoffee\n",
      "src/plugins/coffee/index.js": `let { mkdirSync, writeFileSync } = require("fs");
let { join, relative } = require("path");
module.exports = {
  set: { runtimes: () => ({ name: "coffee", type: "transpiled", build: ".build", baseRuntime: "nodejs20.x" }) },
  sandbox: {
    start: async ({ inventory }) => {
      let { inv } = inventory;
      for (let src of inv.lambdaSrcDirs) {
        let out = join(inv._project.cwd, ".build", relative(inv._project.cwd, src));
        mkdirSync(out, { recursive: true });
        writeFileSync(join(out, "index.js"), "exports.handler = async () => ({ statusCode: 200, body: 'brewed' })");
      }
    },
  },
};
`,
      "src/http/get-index/index.coffee": "-> brewed",
    });
    await using running = await start(folder.path);
    expect(await (await fetch(running.url)).text()).toBe("brewed");
  });
});

describe("mistakes", () => {
  test.each([
    ["is not there", {}, /plugin stats: not found in src\/plugins\/stats\.js or in node_modules/],
    [
      "throws at load",
      { "src/plugins/stats.js": 'throw new Error("no");\n' },
      /plugin stats \(src\/plugins\/stats\.js\): it cannot be loaded: no/,
    ],
    [
      "has a hook that fails",
      { "src/plugins/stats.js": 'exports.set = { env() { throw new Error("no luck"); } };\n' },
      /plugin stats \(src\/plugins\/stats\.js\): set\.env failed: no luck/,
    ],
    [
      "has something else for a hook",
      { "src/plugins/stats.js": "exports.set = { env: 7 };\n" },
      /plugin stats \(src\/plugins\/stats\.js\): set\.env must be a function/,
    ],
    [
      "sets a route that is none",
      {
        "src/plugins/stats.js":
          'exports.set = { http: () => ({ method: "fetch", path: "/x", src: "x" }) };\n',
      },
      /plugin stats:\d+:\d+: error:/,
    ],
  ])("a plugin that %s is told", async (_, files, message) => {
    await using folder = await temporaryFolder({
      "app.arc": app["app.arc"],
      "src/http/get-index/index.js": respond("1"),
      ...files,
    });
    await linkDependencies(folder.path);
    const { code, output } = await runCli(["dev", folder.path, "--port", "0"]);
    expect(output).toMatch(message);
    expect(code).toBe(1);
  });

  test("a hook that nothing calls is a warning", async () => {
    await using folder = await temporaryFolder({
      "app.arc": app["app.arc"],
      "src/http/get-index/index.js": respond("1"),
      "src/plugins/stats.js": "exports.set = { unheardOf: () => [] };\n",
    });
    await using running = await start(folder.path);
    expect(running.cli.output).toMatch(/set\.unheardOf is not called by Arclet/);
  });
});
