import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFunctionBuilder, type BuildOptions, type BuildResult } from "@arclet/builder";
import type { ProjectFunction } from "@arclet/manifest";
import { describe, expect, test, vi } from "vitest";
import { createProject, type TemporaryProject } from "../temporary-project.ts";

const handler = "export const handler = async () => 1;\n";

/** An app of one function, built and remembered, whose record is marked: what comes from it has the mark. */
interface RememberedApp {
  readonly project: TemporaryProject;
  readonly declared: ProjectFunction;
  /** Builds in a builder of its own, as a later start does. */
  build(options?: Partial<BuildOptions>, declared?: ProjectFunction): Promise<BuildResult>;
  /** Whether a later start takes what was remembered. */
  isRemembered(options?: Partial<BuildOptions>, declared?: ProjectFunction): Promise<boolean>;
}

const mark = "remembered";

async function buildOnce(
  project: TemporaryProject,
  declared: ProjectFunction,
  options: Partial<BuildOptions> = {},
): Promise<BuildResult> {
  const cacheDirectory = join(project.root, ".arclet/cache");
  const builder = createFunctionBuilder({ root: project.root, cacheDirectory, ...options });
  try {
    return await builder.build(declared);
  } finally {
    await builder.close();
  }
}

interface Records {
  readonly builds: Readonly<Record<string, { readonly built: { hash: string } }>>;
}

async function readRecords(project: TemporaryProject): Promise<Records> {
  return JSON.parse(await readFile(recordFile(project), "utf8")) as Records;
}

function recordFile({ root }: TemporaryProject): string {
  return join(root, ".arclet/cache/builds.json");
}

/** Builds until a function is remembered: for a moment after a save, times do not tell enough. */
async function untilRemembered(project: TemporaryProject, ...ids: string[]): Promise<Records> {
  return vi.waitFor(
    async () => {
      for (const id of ids)
        expect(await buildOnce(project, project.declare(id))).toMatchObject({ ok: true });
      const records = await readRecords(project);
      expect(records.builds).toHaveProperty([ids.at(-1) ?? ""]);
      return records;
    },
    { timeout: 5_000, interval: 20 },
  );
}

async function rememberedApp(
  files: Readonly<Record<string, string>>,
  prepare: (root: string) => Promise<void> = async () => {},
): Promise<RememberedApp> {
  const project = await createProject(files);
  await prepare(project.root);
  const declared = project.declare("ws/default");
  const records = await untilRemembered(project, declared.id);
  for (const { built } of Object.values(records.builds)) built.hash = mark;
  await writeFile(recordFile(project), JSON.stringify(records));
  return {
    project,
    declared,
    build: (options, other = declared) => buildOnce(project, other, options),
    async isRemembered(options, other = declared) {
      const result = await buildOnce(project, other, options);
      return result.ok && result.built.hash === mark;
    },
  };
}

describe("an unchanged function", () => {
  test("is not built again", async () => {
    const app = await rememberedApp({ "src/ws/default/index.js": handler });
    expect(await app.isRemembered()).toBe(true);
    expect(await app.isRemembered()).toBe(true);
  });

  test("keeps its warnings", async () => {
    const app = await rememberedApp({
      "src/ws/default/index.js": `if (typeof handler === "strinf") throw 1;\n${handler}`,
    });
    const result = await app.build();
    expect(result.diagnostics).toMatchObject([{ severity: "warning" }]);
  });

  test("is built when a save asks for it", async () => {
    const app = await rememberedApp({ "src/ws/default/index.js": handler });
    const cacheDirectory = join(app.project.root, ".arclet/cache");
    await using builder = createFunctionBuilder({ root: app.project.root, cacheDirectory });
    expect(await builder.build(app.declared)).toMatchObject({ built: { hash: mark } });
    await app.project.write({ "src/ws/default/index.js": "exports.handler = async () => 2;\n" });
    expect(await builder.build(app.declared)).toMatchObject({ built: { format: "cjs" } });
  });

  test("is remembered for nobody who asks for something else", async () => {
    const app = await rememberedApp({ "src/ws/default/index.js": handler });
    const older = { ...app.declared, config: { ...app.declared.config, runtime: "nodejs18.x" } };
    expect(await app.isRemembered({}, older)).toBe(false);
    const again = await rememberedApp({ "src/ws/default/index.js": handler });
    expect(await again.isRemembered({ minify: true })).toBe(false);
  });

  test("is remembered beside what others built", async () => {
    const app = await rememberedApp({ "src/ws/default/index.js": handler });
    await app.project.write({ "src/http/get-index/index.js": handler });
    await untilRemembered(app.project, "http/get-index");
    expect(await app.isRemembered()).toBe(true);
  });

  test("is remembered for what runs here and for what is deployed, apart", async () => {
    const app = await rememberedApp({ "src/ws/default/index.js": handler });
    expect(await app.isRemembered({ keepsOlderAwsSdk: true })).toBe(false);
    expect(await app.isRemembered()).toBe(true);
  });

  test("is built where a record is damaged", async () => {
    const app = await rememberedApp({ "src/ws/default/index.js": handler });
    await writeFile(recordFile(app.project), "{");
    expect(await app.build()).toMatchObject({ ok: true, built: { format: "esm" } });
  });
});

const imports = `import { value } from "../../lib";\nimport { pet } from "pet";\nimport { tiny } from "@zoo/tiny";
export const handler = async () => [value, pet, tiny];\n`;

const files = {
  "src/ws/default/index.js": imports,
  "src/ws/default/text.txt": "beside",
  "src/ws/default/data/more.txt": "beside",
  "src/lib/index.js": "export const value = 1;\n",
  "package.json": "{}",
  "tsconfig.json": `{ "extends": ["./base.json", "@zoo/settings"] }`,
  "base.json": `{ "compilerOptions": { "strict": true } }`,
  "node_modules/@zoo/settings/tsconfig.json": "{}",
  "node_modules/pet/package.json": `{ "main": "main.js" }`,
  "node_modules/pet/main.js": "exports.pet = 1;\n",
  "node_modules/@zoo/tiny/index.js": "exports.tiny = 1;\n",
};

/** Makes one change to the app. */
type Change = (app: RememberedApp) => Promise<unknown>;

const write =
  (name: string, content: string): Change =>
  ({ project }) =>
    project.write({ [name]: content });
const within = (app: RememberedApp, name: string): string => join(app.project.root, name);

const changes: readonly (readonly [what: string, Change])[] = [
  ["an edit", write("src/ws/default/index.js", `${imports}//`)],
  ["an edit of the same length", write("src/lib/index.js", "export const value = 2;\n")],
  ["a handler of a better name", write("src/ws/default/index.mjs", imports)],
  ["a file in place of a folder", write("src/lib.js", "export const value = 2;\n")],
  ["a file beside the handler", write("src/ws/default/new.txt", "new")],
  ["a file in a folder beside the handler", write("src/ws/default/data/new.txt", "new")],
  ["another text beside the handler", write("src/ws/default/text.txt", "BESIDE")],
  ["a removed file", (app) => rm(within(app, "src/ws/default/text.txt"))],
  ["a mode", (app) => chmod(within(app, "src/ws/default/text.txt"), 0o755)],
  ["another type of modules", write("package.json", `{ "type": "module" }`)],
  ["a package.json that was not there", write("src/package.json", "{}")],
  ["another main of a package", write("node_modules/pet/package.json", `{ "main": "x.js" }`)],
  ["a package that is nearer", write("src/node_modules/pet/index.js", "exports.pet = 2;\n")],
  ["a scope that is nearer", write("src/node_modules/@zoo/tiny/index.js", "exports.tiny = 2;\n")],
  ["settings of the compiler", write("tsconfig.json", "{}")],
  ["settings they extend", write("base.json", "{}")],
  ["settings they extend from a package", write("node_modules/@zoo/settings/tsconfig.json", "{ }")],
  ["an edit in the build folder", write(".arclet/build/ws/default/index.mjs", handler)],
  ["a file more in the build folder", write(".arclet/build/ws/default/more.txt", "more")],
  ["no build folder", (app) => rm(within(app, ".arclet/build"), { recursive: true })],
  [
    "the source moved away and another put in place",
    async (app) => {
      await rename(within(app, "src/ws/default"), within(app, "src/ws/old"));
      await app.project.write({ "src/ws/default/index.js": handler });
    },
  ],
];

describe("a function is built again after", () => {
  test.each(changes)("%s", async (_what, change) => {
    const app = await rememberedApp(files);
    expect(await app.isRemembered()).toBe(true);
    await change(app);
    expect(await app.isRemembered()).toBe(false);
  });

  test("a package that is nearer, of a scope whose folder was there", async () => {
    const app = await rememberedApp({ ...files, "src/node_modules/@zoo/other/index.js": "" });
    await app.project.write({ "src/node_modules/@zoo/tiny/index.js": "exports.tiny = 2;\n" });
    expect(await app.isRemembered()).toBe(false);
  });

  test("its link leads elsewhere", async () => {
    const app = await rememberedApp(
      { "one/index.js": handler, "two/index.js": handler },
      async (root) => {
        await mkdir(join(root, "src/ws"), { recursive: true });
        await symlink("../../one", join(root, "src/ws/default"));
      },
    );
    expect(await app.isRemembered()).toBe(true);
    await rm(within(app, "src/ws/default"));
    await symlink("../../two", within(app, "src/ws/default"));
    expect(await app.isRemembered()).toBe(false);
  });
});

test("where settings of the compiler look anywhere, nothing is remembered", async () => {
  const project = await createProject({
    "src/ws/default/index.js": handler,
    "src/ws/default/tsconfig.json": `{ "extends": "./base" }`,
    "src/ws/default/base.json": `{ "compilerOptions": { "paths": { "@lib/*": ["./a/*", "./b/*"] } } }`,
    "src/ws/plain/index.js": handler,
  });
  // Written at the same time: once the second one is remembered, the first one could have been.
  const { builds } = await untilRemembered(project, "ws/default", "ws/plain");
  expect(Object.keys(builds)).toEqual(["ws/plain"]);
});
