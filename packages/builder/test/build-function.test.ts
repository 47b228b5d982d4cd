import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildFunction, type BuildResult, type BuiltFunction } from "@arclet/builder";
import type { Diagnostic, FunctionConfig } from "@arclet/manifest";
import { describe, expect, test } from "vitest";
import { createProject, runBuilt, type TemporaryProject } from "./temporary-project.ts";

function expectBuilt(result: BuildResult): BuiltFunction {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  return result.built;
}

function expectDiagnostics(result: BuildResult): readonly Diagnostic[] {
  expect(result.ok).toBe(false);
  return result.diagnostics;
}

async function build(
  files: Readonly<Record<string, string | Uint8Array>>,
  config: Partial<FunctionConfig> = {},
): Promise<{ project: TemporaryProject; result: BuildResult }> {
  const project = await createProject(files);
  const result = await buildFunction(project.declare("ws/default", config), { root: project.root });
  return { project, result };
}

async function buildAndRun(
  files: Readonly<Record<string, string | Uint8Array>>,
  config: Partial<FunctionConfig> = {},
): Promise<{ built: BuiltFunction; value: unknown }> {
  const built = expectBuilt((await build(files, config)).result);
  return { built, value: await runBuilt(built) };
}

const dependency = {
  "node_modules/old-style/package.json": '{ "name": "old-style", "main": "main.js" }',
  "node_modules/old-style/main.js":
    'const path = require("path"); exports.join = (a, b) => path.posix.join(a, b); exports.place = __dirname;',
};

describe("format", () => {
  const commonJs = "exports.handler = async () => typeof module;";
  const esModule = "export const handler = async () => typeof import.meta.url;";
  test.each([
    ["index.mjs", esModule, null, "esm", "string"],
    ["index.cjs", commonJs, "module", "cjs", "object"],
    ["index.js", esModule, "module", "esm", "string"],
    ["index.js", esModule, null, "esm", "string"],
    ["index.js", commonJs, null, "cjs", "object"],
    ["index.js", `// import or export\n${commonJs}`, null, "cjs", "object"],
    ["index.js", commonJs, "commonjs", "cjs", "object"],
    [
      "index.ts",
      "export const handler = async (): Promise<string> => 'typed';",
      null,
      "esm",
      "typed",
    ],
    [
      "index.ts",
      "export const handler = async (): Promise<string> => 'typed';",
      "commonjs",
      "cjs",
      "typed",
    ],
    [
      "index.mts",
      "export const handler = async (): Promise<string> => 'typed';",
      null,
      "esm",
      "typed",
    ],
    [
      "index.cts",
      "exports.handler = async (): Promise<string> => 'typed';",
      "module",
      "cjs",
      "typed",
    ],
  ] as const)(
    "%s with %j in a package of type %s is %s",
    async (name, source, type, format, value) => {
      const files: Record<string, string> = { [`src/ws/default/${name}`]: source };
      if (type !== null) files["package.json"] = JSON.stringify({ type });
      const answer = await buildAndRun(files);
      expect(answer.built.format).toBe(format);
      expect(answer.built.entry).toBe(
        join(answer.built.directory, format === "esm" ? "index.mjs" : "index.cjs"),
      );
      expect(answer.value).toBe(value);
    },
  );
});

describe("what a bundle may do", () => {
  test("awaits at the top level", async () => {
    const { value } = await buildAndRun({
      "src/ws/default/index.mjs":
        "const late = await Promise.resolve('late'); export const handler = async () => late;",
    });
    expect(value).toBe("late");
  });

  test("imports JSON, text and its own modules", async () => {
    const { value } = await buildAndRun({
      "src/ws/default/index.mjs":
        "import data from './data.json'; import text from './page.html'; import { one } from '../../one.js'; export const handler = async () => [data.a, text, one];",
      "src/ws/default/data.json": '{ "a": 1 }',
      "src/ws/default/page.html": "<p>",
      "src/one.js": "export const one = 1;",
    });
    expect(value).toEqual([1, "<p>", 1]);
  });

  test("uses a CommonJS dependency that requires Node's modules, from an ES module", async () => {
    const { built, value } = await buildAndRun({
      ...dependency,
      "src/ws/default/index.mjs":
        "import { join, place } from 'old-style'; export const handler = async () => [join('a', 'b'), typeof place];",
    });
    expect(value).toEqual(["a/b", "string"]);
    expect(built.inputs.some((path) => path.endsWith("old-style/main.js"))).toBe(true);
  });

  test("declares `require`, `__dirname` and `__filename` itself", async () => {
    const { value } = await buildAndRun({
      ...dependency,
      "src/ws/default/index.mjs": `import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { join } from "old-style";
const require = createRequire(import.meta.url);
const __filename = fileURLToPath(import.meta.url);
const __dirname = dirname(__filename);
export const handler = async () => [typeof require("node:os").cpus, join("a", "b"), __filename.startsWith(__dirname)];`,
    });
    expect(value).toEqual(["function", "a/b", true]);
  });

  test("uses an ES module dependency that reads import.meta.url, from CommonJS", async () => {
    const { value } = await buildAndRun({
      "node_modules/new-style/package.json":
        '{ "name": "new-style", "type": "module", "exports": "./main.js" }',
      "node_modules/new-style/main.js": "export const place = import.meta.url;",
      "src/ws/default/index.cjs":
        "const { place } = require('new-style'); exports.handler = async () => place.startsWith('file://');",
    });
    expect(value).toBe(true);
  });

  test("reads files beside it, by __dirname and by import.meta.url", async () => {
    const asset = {
      "src/ws/default/data/greeting.txt": "hello",
      "src/ws/default/.env": "SECRET=1",
    };
    const cjs = await buildAndRun({
      ...asset,
      "src/ws/default/index.cjs":
        "exports.handler = async () => require('fs').readFileSync(require('path').join(__dirname, 'data/greeting.txt'), 'utf8');",
    });
    expect(cjs.value).toBe("hello");
    const esm = await buildAndRun({
      ...asset,
      "src/ws/default/index.mjs":
        "import { readFileSync } from 'node:fs'; export const handler = async () => readFileSync(new URL('./data/greeting.txt', import.meta.url), 'utf8');",
    });
    expect(esm.value).toBe("hello");
    expect(await readdir(esm.built.directory)).not.toContain(".env");
  });

  test("keeps settings, tests, TypeScript and node_modules out of the build folder", async () => {
    const { built } = await buildAndRun({
      "src/ws/default/index.ts": "export { handler } from './lib';",
      "src/ws/default/lib.ts": "export const handler = async () => 1;",
      "src/ws/default/config.arc": "@aws\ntimeout 10\n",
      "src/ws/default/index.test.js": "",
      "src/ws/default/package.json": "{}",
      "src/ws/default/worker.js": "module.exports = 1;",
      "src/ws/default/node_modules/x/index.js": "",
    });
    expect((await readdir(built.directory)).toSorted()).toEqual([
      "index.mjs",
      "index.mjs.map",
      "package.json",
      "worker.js",
    ]);
  });

  test("leaves Lambda's own packages out, unless the function declares them", async () => {
    const files = {
      "node_modules/@aws-sdk/client-x/package.json":
        '{ "name": "@aws-sdk/client-x", "main": "main.js" }',
      "node_modules/@aws-sdk/client-x/main.js": "exports.inner = require('@smithy/core').core;",
      "node_modules/@smithy/core/package.json": '{ "name": "@smithy/core", "main": "main.js" }',
      "node_modules/@smithy/core/main.js": "exports.core = 'smithy core';",
      "node_modules/@smithy/other/package.json": '{ "name": "@smithy/other", "main": "main.js" }',
      "node_modules/@smithy/other/main.js": "exports.other = 'other';",
      "src/ws/default/index.mjs":
        "import { inner } from '@aws-sdk/client-x'; import { other } from '@smithy/other'; export const handler = async () => [inner, other];",
    };
    const provided = await buildAndRun(files);
    expect(provided.value).toEqual(["smithy core", "other"]);
    expect(await readFile(provided.built.entry, "utf8")).not.toContain("smithy core");
    const declared = await buildAndRun({
      ...files,
      "src/ws/default/package.json": '{ "dependencies": { "@aws-sdk/client-x": "1" } }',
    });
    expect(declared.value).toEqual(["smithy core", "other"]);
    const text = await readFile(declared.built.entry, "utf8");
    expect(text).toContain("smithy core");
    expect(text).toContain('from "@smithy/other"');
  });

  test("takes shared code from where an alias says", async () => {
    const project = await createProject({
      "src/shared/index.js": "export const shared = 'shared';",
      "src/shared/deep/more.js": "export const more = 'more';",
      "src/ws/default/index.mjs":
        "import { shared } from '@architect/shared'; import { more } from '@architect/shared/deep/more.js'; export const handler = async () => [shared, more];",
    });
    const result = await buildFunction(project.declare("ws/default"), {
      root: project.root,
      alias: { "@architect/shared": join(project.root, "src/shared") },
    });
    const built = expectBuilt(result);
    expect(await runBuilt(built)).toEqual(["shared", "more"]);
    expect(built.inputs).toContain(join(project.root, "src/shared/deep/more.js"));
  });

  test("copies native modules beside it and requires them from there", async () => {
    const { result } = await build({
      "src/ws/default/index.mjs":
        "import binding from './binding.node'; export const handler = async () => binding;",
      "src/ws/default/binding.node": "no real module",
    });
    const built = expectBuilt(result);
    const names = await readdir(built.directory);
    const copy = names.find((name) => /^binding-[A-Z0-9]+\.node$/.test(name)) ?? "";
    expect(copy).not.toBe("");
    expect(await readFile(built.entry, "utf8")).toContain(`__require("./${copy}")`);
    await expect(runBuilt(built)).rejects.toThrow(copy);
  });

  test("shows errors at their place in the source", async () => {
    const { project, result } = await build({
      ...dependency,
      "src/ws/default/index.ts":
        "import { join } from 'old-style';\ninterface Event { id: string }\n\nexport const handler = async (event: Event) => {\n  throw new Error(join('it', 'broke'));\n};\n",
    });
    const built = expectBuilt(result);
    await expect(runBuilt(built)).rejects.toThrow(`${project.root}/src/ws/default/index.ts:5:9`);
  });
});

describe("bundle false", () => {
  test("takes the folder as it is, with node_modules", async () => {
    const { built, value } = await buildAndRun(
      {
        "package.json": '{ "type": "module" }',
        "src/ws/default/index.js": "import { x } from 'x'; export const handler = async () => x;",
        "src/ws/default/node_modules/x/package.json":
          '{ "name": "x", "type": "module", "exports": "./x.js" }',
        "src/ws/default/node_modules/x/x.js": "export const x = 'unbundled';",
        "src/ws/default/config.arc": "@arc\nbundle false\n",
      },
      { bundle: false },
    );
    expect(value).toBe("unbundled");
    expect(built.format).toBe("esm");
    // The project's package.json, which made it an ES module, is not part of the function.
    expect(await readFile(join(built.directory, "package.json"), "utf8")).toContain("module");
    expect((await readdir(built.directory)).toSorted()).toEqual([
      "index.js",
      "node_modules",
      "package.json",
    ]);
  });

  test("tells the format by the syntax where nothing else does", async () => {
    const esm = await build(
      { "src/ws/default/index.js": "export const handler = async () => 1;" },
      { bundle: false },
    );
    expect(expectBuilt(esm.result).format).toBe("esm");
    const cjs = await build(
      { "src/ws/default/index.js": "exports.handler = async () => import('node:fs');" },
      { bundle: false },
    );
    expect(expectBuilt(cjs.result).format).toBe("cjs");
  });

  test("refuses TypeScript", async () => {
    const { result } = await build({ "src/ws/default/index.ts": "" }, { bundle: false });
    expect(expectDiagnostics(result)[0]?.code).toBe("handler-not-javascript");
  });
});

describe("handlers", () => {
  test("may lie deeper and have another name", async () => {
    const { built, value } = await buildAndRun(
      { "src/ws/default/lib/app.mjs": "export const nested = { run: async () => 'deep' };" },
      { handler: "lib/app.nested.run" },
    );
    expect(built.handler).toBe("index.nested.run");
    expect(value).toBe("deep");
  });

  test("that are missing are named with the files looked for", async () => {
    const { result } = await build({ "src/ws/default/readme.md": "" });
    expect(expectDiagnostics(result)).toEqual([
      {
        severity: "error",
        code: "handler-missing",
        text: '"ws/default" has no handler file in src/ws/default',
        location: null,
        notes: [
          {
            text: "looked for index.js, index.mjs, index.cjs, index.mts, index.cts, index.ts, index.tsx, index.jsx",
            location: null,
          },
          { text: 'run "arclet init" to write what is missing', location: null },
        ],
      },
    ]);
  });

  test("of Python and Ruby are found under their names and copied", async () => {
    const python = await build(
      { "src/ws/default/lambda.py": "def handler(event, context): pass\n" },
      { runtime: "python3.13" },
    );
    const built = expectBuilt(python.result);
    expect(built.handler).toBe("lambda.handler");
    expect(await readFile(built.entry, "utf8")).toContain("def handler");
    const ruby = await build(
      { "src/ws/default/app/main.rb": "" },
      { runtime: "ruby3.3", handler: "app/main.run" },
    );
    expect(expectBuilt(ruby.result).handler).toBe("app/main.run");
    const none = await build({ "src/ws/default/index.js": "" }, { runtime: "python3.13" });
    expect(expectDiagnostics(none.result)[0]?.notes[0]?.text).toBe(
      "looked for lambda.py, handler.py, index.py",
    );
  });
});

describe("mistakes", () => {
  test("in syntax are shown where they are, in characters", async () => {
    const { result } = await build({
      "src/ws/default/index.mjs": "// first\nexport const handler = 'é🙂' +;\n",
    });
    expect(expectDiagnostics(result)).toEqual([
      {
        severity: "error",
        code: "build-failed",
        text: 'Unexpected ";"',
        location: {
          file: "src/ws/default/index.mjs",
          line: 2,
          column: "export const handler = 'é🙂' +".length,
          length: 1,
          lineText: "export const handler = 'é🙂' +;",
          suggestion: null,
        },
        notes: [],
      },
    ]);
  });

  test("in imports come with what to install", async () => {
    const { result } = await build({
      "src/ws/default/index.mjs":
        "import '@scope/gone/deep';\nimport './gone.js';\nimport '@architect/shared/x.js';\n",
    });
    expect(
      expectDiagnostics(result).map(({ code, text, location, notes }) => [
        code,
        text,
        location?.line,
        notes.map((note) => note.text),
      ]),
    ).toEqual([
      [
        "import-unresolved",
        'cannot find "@scope/gone/deep"',
        1,
        ["install it: npm install @scope/gone"],
      ],
      ["import-unresolved", 'cannot find "./gone.js"', 2, []],
      [
        "import-unresolved",
        'cannot find "@architect/shared/x.js"',
        3,
        ["it is resolved in the project's folder src/shared"],
      ],
    ]);
  });
});

describe("reproducibility", () => {
  test("gives the same source the same bytes in another folder", async () => {
    const files = {
      ...dependency,
      "src/ws/default/index.ts":
        "import { join } from 'old-style'; import.meta.url; export const handler = async (): Promise<string> => join(__dirname, 'x');",
      "src/ws/default/data.txt": "data",
    };
    const first = await build(files);
    const second = await build(files);
    const a = expectBuilt(first.result);
    const b = expectBuilt(second.result);
    expect(a.directory).not.toBe(b.directory);
    expect(a.hash).toBe(b.hash);
    for (const name of await readdir(a.directory)) {
      const text = await readFile(join(a.directory, name), "utf8");
      expect(text).not.toContain(first.project.root);
      expect(text).toBe(await readFile(join(b.directory, name), "utf8"));
    }
  });

  test("changes the hash with any byte or name of the folder", async () => {
    const source = { "src/ws/default/index.mjs": "export const handler = async () => 1;" };
    const hashes = await Promise.all(
      [
        source,
        { ...source, "src/ws/default/a.txt": "1" },
        { ...source, "src/ws/default/a.txt": "2" },
        { ...source, "src/ws/default/b.txt": "1" },
      ].map(async (files) => expectBuilt((await build(files)).result).hash),
    );
    expect(new Set(hashes).size).toBe(4);
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  test("does not write what is right already", async () => {
    const { project, result } = await build({
      "src/ws/default/index.mjs": "export const handler = async () => 1;",
    });
    const built = expectBuilt(result);
    const before = await stat(built.entry, { bigint: true });
    const again = await buildFunction(project.declare("ws/default"), { root: project.root });
    expect(expectBuilt(again).hash).toBe(built.hash);
    const after = await stat(built.entry, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });
});
