import { readFile } from "node:fs/promises";
import { buildFunction, type BuiltFunction } from "@arclet/builder";
import type { FunctionConfig } from "@arclet/manifest";
import { describe, expect, test } from "vitest";
import { createProject, runBuilt } from "../temporary-project.ts";

async function build(
  files: Readonly<Record<string, string>>,
  config: Partial<FunctionConfig> = {},
  id = "http/get-index",
): Promise<BuiltFunction> {
  const project = await createProject(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`src/${id}/${name}`, text])),
  );
  const result = await buildFunction(project.declare(id, config), { root: project.root });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  expect(result.diagnostics).toEqual([]);
  return result.built;
}

const page = '({ type: "text/html", body: "<p>" })';
const completed = { statusCode: 200, headers: { "content-type": "text/html" }, body: "<p>" };

describe("a built HTTP function completes its results", () => {
  test.each([
    ["index.js", `exports.handler = async () => ${page};`, "cjs"],
    ["index.js", `module.exports = { handler: async () => ${page} };`, "cjs"],
    ["index.cjs", `exports.handler = async () => ${page};`, "cjs"],
    ["index.js", `export const handler = async () => ${page};`, "esm"],
    ["index.mjs", `export async function handler() { return ${page}; }`, "esm"],
    [
      "index.mjs",
      `const made = await Promise.resolve(${page});\nexport const handler = () => made;`,
      "esm",
    ],
    [
      "index.mjs",
      `const run = () => ${page};\nexport { run as handler };\nexport default run;`,
      "esm",
    ],
    ["index.ts", `export const handler = async (): Promise<unknown> => ${page};`, "esm"],
    ["index.cts", `exports.handler = async (): Promise<unknown> => ${page};`, "cjs"],
  ])("%s: %s", async (name, text, format) => {
    const built = await build({ [name]: text });
    expect(built.format).toBe(format);
    expect(await runBuilt(built)).toEqual(completed);
  });

  test("where the handler is nested, in another file and under another name", async () => {
    const files = { "lib/app.js": `exports.nested = { "get-page": async () => ${page} };` };
    const built = await build(files, { handler: "lib/app.nested.get-page" });
    expect(await runBuilt(built)).toEqual(completed);
  });

  test("together with others that are built at the same time", async () => {
    const { createFunctionBuilder } = await import("@arclet/builder");
    const project = await createProject({
      "src/http/get-a/index.js": `exports.handler = async () => ${page};`,
      "src/http/get-b/index.js": `exports.handler = async () => ${page};`,
      "src/ws/default/index.js": `exports.handler = async () => ${page};`,
    });
    await using builder = createFunctionBuilder({ root: project.root });
    const results = await Promise.all(
      ["http/get-a", "http/get-b", "ws/default"].map((id) => builder.build(project.declare(id))),
    );
    const values = await Promise.all(
      results.map(async (result) =>
        result.ok ? await runBuilt(result.built) : result.diagnostics,
      ),
    );
    expect(values).toEqual([completed, completed, { type: "text/html", body: "<p>" }]);
  });
});

test("errors of a built HTTP function point to its source", async () => {
  const built = await build({
    "index.js": "const a = 1;\n\nexports.handler = async () => {\n  throw new Error('mine');\n};\n",
  });
  await expect(runBuilt(built)).rejects.toThrow(/src\/http\/get-index\/index\.js:4:9/);
});

test("the bundle names no path of this machine, and the map names the source", async () => {
  const built = await build({ "index.mjs": `export const handler = () => ${page};` });
  const [bundle, map] = await Promise.all([
    readFile(built.entry, "utf8"),
    readFile(`${built.entry}.map`, "utf8"),
  ]);
  expect(bundle).not.toContain(process.cwd());
  expect(map).not.toContain(process.cwd());
  expect(map).toContain("src/http/get-index/index.mjs");
  expect(built.inputs.map((path) => path.slice(path.lastIndexOf("/") + 1))).toEqual(["index.mjs"]);
});

test.each([
  ["a socket function", "ws/default", {}],
  ["a function that is not bundled", "http/get-index", { bundle: false }],
])("%s gives its results as they are", async (_name, id, config) => {
  const built = await build({ "index.js": `exports.handler = async () => ${page};` }, config, id);
  expect(await runBuilt(built)).toEqual({ type: "text/html", body: "<p>" });
});
