import { mkdir, readdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildFunction, type BuildResult, type BuiltFunction } from "@arclet/builder";
import type { FunctionConfig } from "@arclet/manifest";
import { describe, expect, test } from "vitest";
import { createProject, runBuilt } from "./temporary-project.ts";

const installed = dirname(createRequire(import.meta.url).resolve("classic-level/package.json"));

interface Options {
  readonly config?: Partial<FunctionConfig>;
  readonly alias?: { readonly [specifier: string]: string };
  /** Packages of this repository that the project has. */
  readonly links?: { readonly [path: string]: string };
}

async function build(
  files: { readonly [path: string]: string },
  { config, alias = {}, links = {} }: Options = {},
): Promise<BuildResult> {
  const project = await createProject(files);
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(project.root, path)), { recursive: true });
    await symlink(target, join(project.root, path));
  }
  const paths = Object.entries(alias).map(([name, path]) => [name, join(project.root, path)]);
  return buildFunction(project.declare("ws/default", config), {
    root: project.root,
    alias: Object.fromEntries(paths),
  });
}

function builtOf(result: BuildResult): BuiltFunction {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.built;
}

/** Names below a folder of the build folder. */
async function names(built: BuiltFunction, folder: string): Promise<readonly string[]> {
  return (await readdir(join(built.directory, folder))).toSorted();
}

/** A package of one module. */
const pack = (
  path: string,
  code: string,
  more: object = {},
): { readonly [path: string]: string } => ({
  [`${path}/package.json`]: JSON.stringify({ name: "any", main: "main.js", ...more }),
  [`${path}/main.js`]: code,
});

describe("packages that read files beside their modules", () => {
  const greeting = {
    ...pack(
      "node_modules/greeting",
      `const { readFileSync } = require("node:fs"); const { join } = require("node:path"); module.exports = (name) => readFileSync(join(__dirname, "texts/hello.txt"), "utf8") + require("shout")(name);`,
      { dependencies: { shout: "1" } },
    ),
    "node_modules/greeting/texts/hello.txt": "hello ",
    ...pack("node_modules/shout", "module.exports = (text) => text.toUpperCase();"),
  };

  test("find them, from CommonJS and from a module", async () => {
    for (const [file, code] of [
      [
        "index.js",
        `const greet = require("greeting"); exports.handler = async () => greet("tom");`,
      ],
      [
        "index.mjs",
        `import greet from "greeting"; export const handler = async () => greet("tom");`,
      ],
    ] as const) {
      const built = builtOf(await build({ [`src/ws/default/${file}`]: code, ...greeting }));
      expect(await runBuilt(built)).toBe("hello TOM");
      expect(await names(built, "node_modules")).toEqual(expect.arrayContaining(["greeting"]));
    }
  });

  test("find them when they are modules, and reached through another package", async () => {
    const built = builtOf(
      await build({
        "src/ws/default/index.mjs": `import { page } from "pages"; export const handler = async () => page();`,
        "node_modules/pages/package.json": '{"name":"pages","type":"module","main":"main.js"}',
        "node_modules/pages/main.js": `import { text } from "texts"; export const page = () => text("a");`,
        "node_modules/texts/package.json": '{"name":"texts","type":"module","main":"main.js"}',
        "node_modules/texts/main.js": `import { readFileSync } from "node:fs"; export const text = (name) => readFileSync(new URL("./data/" + name + ".txt", import.meta.url), "utf8");`,
        "node_modules/texts/data/a.txt": "a text",
      }),
    );
    expect(await runBuilt(built)).toBe("a text");
    expect(await names(built, "node_modules")).toEqual(["texts"]);
  });

  test("are bundled when they name their place and read nothing there", async () => {
    const built = builtOf(
      await build({
        "src/ws/default/index.js": `exports.handler = async () => require("place").kind;`,
        ...pack("node_modules/place", "exports.kind = typeof __dirname;"),
      }),
    );
    expect(await runBuilt(built)).toBe("string");
    expect(await readdir(built.directory)).not.toContain("node_modules");
  });
});

describe("native packages", () => {
  const usesDatabase = `
import { ClassicLevel } from "classic-level";
import { mkdtemp } from "node:fs/promises";
export const handler = async () => {
  const database = new ClassicLevel(await mkdtemp("/tmp/arclet-level-"));
  await database.put("cat", "tom");
  const cat = await database.get("cat");
  await database.close();
  return cat;
};
`;

  test("work from the build folder, with all they depend on", async () => {
    const result = await build(
      { "src/ws/default/index.mjs": usesDatabase },
      { links: { "node_modules/classic-level": installed } },
    );
    const built = builtOf(result);
    expect(await runBuilt(built)).toBe("tom");
    // Each on its own: the sources of the native module, and what only compiles it, stay behind.
    expect(await names(built, "node_modules")).toContain("abstract-level");
    const files = await readdir(built.directory, { recursive: true });
    expect(files.filter((name) => name.endsWith(".node")).length).toBeGreaterThan(0);
    expect(files.filter((name) => /\.(?:cc|gyp|md)$|\.d\.ts$/.test(name))).toEqual([]);
  });

  test("are shipped for a package of JavaScript that asks for them", async () => {
    const result = await build(
      {
        "src/ws/default/index.mjs": `import store from "store"; export const handler = async () => store;`,
        ...pack(
          "node_modules/store",
          `module.exports = typeof require("classic-level").ClassicLevel;`,
        ),
      },
      { links: { "node_modules/classic-level": installed } },
    );
    const built = builtOf(result);
    expect(await runBuilt(built)).toBe("function");
    expect(await names(built, "node_modules")).not.toContain("store");
  });

  test("do not break the build by modules that only their installation needs", async () => {
    const result = await build({
      "src/ws/default/index.mjs": `import hash from "hash"; export const handler = async () => hash;`,
      ...pack("node_modules/hash", `module.exports = require("node-pre-gyp");`, {
        dependencies: { "node-pre-gyp": "1" },
      }),
      ...pack(
        "node_modules/node-pre-gyp",
        `exports.found = true; exports.upload = () => require("not-installed");`,
      ),
    });
    expect(await runBuilt(builtOf(result))).toEqual({ found: true });
  });
});

describe("bundle false", () => {
  const unbundled = { config: { bundle: false } };

  test("takes packages from the project, each dependent with its version", async () => {
    const result = await build(
      {
        "src/ws/default/index.js": `
exports.handler = async () => ({ a: require("a"), b: require("@scope/b"), declared: require(["decl", "ared"].join("")) });
`,
        "src/ws/default/package.json": '{ "dependencies": { "declared": "1" } }',
        ...pack("node_modules/a", `module.exports = "a with " + require("c");`, {
          dependencies: { c: "1" },
        }),
        ...pack("node_modules/c", `module.exports = "c1";`),
        ...pack("node_modules/@scope/b", `module.exports = "b with " + require("c");`, {
          dependencies: { c: "2", "not-installed": "1" },
        }),
        ...pack("node_modules/@scope/b/node_modules/c", `module.exports = "c2, " + require("d");`, {
          peerDependencies: { d: "1", unused: "1" },
          peerDependenciesMeta: { unused: { optional: true } },
        }),
        ...pack("node_modules/d", `module.exports = "d";`),
        ...pack("node_modules/declared", `module.exports = "declared";`),
        ...pack("node_modules/unused", `module.exports = "unused";`),
      },
      unbundled,
    );
    const built = builtOf(result);
    expect(await runBuilt(built)).toEqual({
      a: "a with c1",
      b: "b with c2, d",
      declared: "declared",
    });
    expect(await names(built, "node_modules")).toEqual(["@scope", "a", "c", "d", "declared"]);
  });

  test("completes what its own node_modules have", async () => {
    const result = await build(
      {
        "src/ws/default/index.mjs": `import a from "a"; import b from "b"; export const handler = async () => [a, b];`,
        ...pack("src/ws/default/node_modules/a", `module.exports = "a with " + require("c");`, {
          dependencies: { c: "1" },
        }),
        ...pack("src/ws/default/node_modules/d", `module.exports = "own d";`),
        ...pack("node_modules/b", `module.exports = "b with " + require("d");`, {
          dependencies: { d: "1" },
        }),
        ...pack("node_modules/c", `module.exports = "c";`),
        ...pack("node_modules/d", `module.exports = "the project's d";`),
      },
      unbundled,
    );
    expect(await runBuilt(builtOf(result))).toEqual(["a with c", "b with the project's d"]);
  });

  test("leaves Lambda's packages to Lambda, unless the function declares them", async () => {
    const files = {
      "src/ws/default/index.js": `exports.handler = async () => typeof require("@aws-sdk/client-x");`,
      ...pack("node_modules/@aws-sdk/client-x", `module.exports = {};`),
    };
    const given = builtOf(await build(files, unbundled));
    expect(await names(given, ".")).toEqual(["index.js"]);
    const own = await build(
      {
        ...files,
        "src/ws/default/package.json": '{ "dependencies": { "@aws-sdk/client-x": "1" } }',
      },
      unbundled,
    );
    expect(await names(builtOf(own), "node_modules/@aws-sdk")).toEqual(["client-x"]);
  });

  test("brings the shared folder, with the format that the project gives it", async () => {
    const result = await build(
      {
        "package.json": '{ "type": "module" }',
        "src/ws/default/index.js": `import { name } from "@architect/shared/names.js"; export const handler = async () => name;`,
        "src/shared/names.js": `import x from "x"; export const name = "shared " + x;`,
        ...pack("node_modules/x", `module.exports = "x";`),
      },
      {
        ...unbundled,
        alias: {
          "@architect/shared": "src/shared",
          "@shared": "src/shared",
          "@views": "src/views",
        },
      },
    );
    const built = builtOf(result);
    expect(await runBuilt(built)).toBe("shared x");
    expect(await names(built, "node_modules")).toEqual(["@architect", "x"]);
  });

  test("refuses what it imports from elsewhere in the project", async () => {
    const result = await build(
      {
        "src/ws/default/index.js": `const { name } = require("../../lib/names"); exports.handler = async () => name;`,
        "src/lib/names.js": `exports.name = "names";`,
      },
      unbundled,
    );
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [
        { code: "import-unresolved", text: expect.stringContaining("../../lib/names.js") },
      ],
    });
  });

  test("leaves what is missing, or no JavaScript, to Node.js", async () => {
    const result = await build(
      {
        "src/ws/default/index.js": `
exports.handler = async () => {
  try { require("./missing"); } catch { return require("a"); }
};
exports.page = () => require("./page.html");
`,
        "src/ws/default/page.html": "<h1>Hi</h1>",
        ...pack("node_modules/a", `module.exports = "a";`),
      },
      unbundled,
    );
    expect(await runBuilt(builtOf(result))).toBe("a");
  });
});
