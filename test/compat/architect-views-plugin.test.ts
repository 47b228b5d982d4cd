import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { architectFunctions, projectWith } from "./architect-app.ts";

/** A plugin as those that serve pages by file names: it lists the views, when it sets routes and at run time. */
const plugin = `let { readdirSync } = require("node:fs");
let { join } = require("node:path");
module.exports = {
  set: {
    views: () => ({ src: "app/pages" }),
    shared: () => ({ src: join(__dirname, "../../app/lib") }),
    static: () => ({ folder: "dist", fingerprint: false }),
    proxy: () => ({ testing: "http://127.0.0.1:9", staging: "http://a.example", production: "http://b.example" }),
    env: ({ inventory }) => ({ PAGES: readdirSync(inventory.inv.views.src).length }),
    http: ({ arc, inventory }) => ({ method: "get", path: "/" + arc.pages[0] + "/:page", src: "app/any" }),
    customLambdas: () => ({ name: "sweeper", src: "app/sweeper" }),
  },
  sandbox: {
    start: async ({ invoke, inventory }) => {
      let { name } = inventory.inv.customLambdas[0];
      let said = await invoke({ pragma: "customLambdas", name, payload: { rooms: 3 } });
      console.log("swept", JSON.stringify(said));
    },
  },
  deploy: {
    services: ({ stage }) => ({ endpoint: "https://pages." + stage + ".example" }),
  },
};
`;

const project = {
  "app.arc": `@app
pages-app

@http

@plugins
pages

@macros
tagger

@pages
docs
`,
  "src/plugins/pages.js": plugin,
  "src/macros/tagger.js": `module.exports = (arc, cloudformation, stage) => {
  cloudformation.Outputs = { ...cloudformation.Outputs, Tagged: { Value: arc.app[0] + " " + stage } };
  return cloudformation;
};
`,
  "app/any/index.mjs": `import { readdir } from "node:fs/promises";
import { join } from "node:path";
import arc from "@architect/functions";
const folder = join(import.meta.dirname, "node_modules", "@architect", "views");
export const handler = async ({ pathParameters }) => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".mjs")).toSorted();
  const services = await arc.services();
  const { default: page } = await import("@architect/views/" + pathParameters.page + ".mjs");
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ names, page: page(), pages: process.env.PAGES, endpoint: services.pages.endpoint }),
  };
};
`,
  "app/pages/about.mjs":
    'import { title } from "@architect/shared/title.mjs";\nexport default () => title("about");\n',
  "app/pages/start.mjs": 'export default () => "start";\n',
  "app/lib/title.mjs": "export const title = (text) => `the page ${text}`;\n",
  "app/sweeper/index.mjs": "export const handler = async ({ rooms }) => ({ swept: rooms });\n",
  "dist/hello.txt": "from dist",
};

test("an app whose plugin lists views runs as it is, and deploys", async () => {
  await using app = await projectWith(project, await architectFunctions(8));
  {
    await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: app.path });
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    await cli.waitFor(/swept \{"swept":3\}/);
    expect(await (await fetch(`${url}/docs/about`)).json()).toEqual({
      names: ["about.mjs", "start.mjs"],
      page: "the page about",
      pages: "2",
      endpoint: "https://pages.testing.example",
    });
    expect(await (await fetch(`${url}/_static/hello.txt`)).text()).toBe("from dist");
    const from = cli.output.length;
    await writeFile(join(app.path, "app/pages/news.mjs"), 'export default () => "news";\n');
    await cli.waitFor(/reloaded http/, from);
    const news = await (await fetch(`${url}/docs/news`)).json();
    expect(news).toMatchObject({ names: ["about.mjs", "news.mjs", "start.mjs"], page: "news" });
    expect(await cli.interrupt()).toBe(0);
  }
  const { code, output } = await runCli(["deploy", "--dry-run"], { cwd: app.path });
  expect(output).not.toMatch(/not called/);
  expect(code).toBe(0);
  const file = join(app.path, ".arclet/deploy/staging/template.json");
  const template = JSON.parse(await readFile(file, "utf8")) as {
    readonly Resources: Readonly<Record<string, unknown>>;
    readonly Outputs: Readonly<Record<string, unknown>>;
  };
  expect(template.Resources["PagesEndpointParam"]).toMatchObject({
    Type: "AWS::SSM::Parameter",
    Properties: { Value: "https://pages.staging.example" },
  });
  expect(template.Outputs["Tagged"]).toEqual({ Value: "pages-app staging" });
  expect(JSON.stringify(template)).toContain("customLambdas/sweeper");
}, 240_000);

test("a plugin with deploy.target gets the finished template, and nothing goes to AWS", async () => {
  await using app = await projectWith(
    {
      "app.arc": "@app\nelsewhere\n\n@http\nget /\n\n@plugins\nhosting\n",
      "src/http/get-index/index.js": "exports.handler = async () => 'hello';\n",
      "src/plugins/hosting.js": `let { writeFileSync } = require("node:fs");
module.exports = { deploy: { target: async ({ cloudformation, stackName, stage, dryRun }) => {
  writeFileSync("target.json", JSON.stringify({ kinds: Object.values(cloudformation.Resources).map(({ Type }) => Type), stackName, stage, dryRun }));
} } };
`,
    },
    await architectFunctions(8),
  );
  const { code, output } = await runCli(["deploy"], { cwd: app.path });
  expect([code, output]).toEqual([0, expect.any(String)]);
  const target = JSON.parse(await readFile(join(app.path, "target.json"), "utf8")) as unknown;
  expect(target).toMatchObject({
    stackName: "ElsewhereStaging",
    stage: "staging",
    dryRun: false,
    kinds: expect.arrayContaining(["AWS::Lambda::Function"]),
  });
}, 240_000);
