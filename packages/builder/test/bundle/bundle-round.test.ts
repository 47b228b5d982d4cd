import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { buildFunction, createFunctionBuilder, type BuildResult } from "@arclet/builder";
import { describe, expect, test } from "vitest";
import { createProject, type TemporaryProject } from "../temporary-project.ts";

const ids = ["ws/connect", "ws/default", "http/get-index", "http/get-cats", "http/post-cats"];

const files = {
  "src/words/greeting.js": `import { pet } from "pet";\nexport const greeting = ["hello", pet].join(" ");\n`,
  "src/words/unused.js": "export const unused = 1;\n",
  "node_modules/pet/index.js": "exports.pet = require('./name').name;\n",
  "node_modules/pet/name.js": "exports.name = 'cat';\n",
  "src/ws/connect/index.mjs": `import { greeting } from "../../words/greeting.js";\nexport const handler = async () => greeting;\n`,
  "src/ws/default/index.mjs": `import { greeting } from "../../words/greeting.js";\nimport { unused } from "../../words/unused.js";\nexport const handler = async () => greeting;\n`,
  "src/http/get-index/index.js": `const { pet } = require("pet");\nexports.handler = async () => [pet, __dirname.length];\n`,
  "src/http/get-cats/index.ts": `import { pet } from "pet";\nexport const handler = async (): Promise<string> => pet;\n`,
  "src/http/post-cats/index.js": `const { pet } = require("pet");\n// Has the word import, and is none.\nexports.handler = async () => pet;\n`,
};

/** Builds functions at once, as a start does. */
async function together(project: TemporaryProject, names = ids): Promise<readonly BuildResult[]> {
  await using builder = createFunctionBuilder({ root: project.root });
  return Promise.all(names.map((id) => builder.build(project.declare(id))));
}

/** Every file of a build folder, by its path. */
async function contentsOf(result: BuildResult): Promise<Readonly<Record<string, string>>> {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const names = await readdir(result.built.directory);
  const texts = names.map(
    async (name) => [name, await readFile(join(result.built.directory, name), "utf8")] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

describe("functions that are built at once", () => {
  test("come out as each would alone", async () => {
    const [project, other] = [await createProject(files), await createProject(files)];
    const built = await together(project);
    for (const [index, id] of ids.entries()) {
      const result = built[index];
      const alone = await buildFunction(other.declare(id), { root: other.root });
      if (result?.ok !== true || !alone.ok) throw new Error(`${id} does not build`);
      expect(await contentsOf(result)).toEqual(await contentsOf(alone));
      const { hash, format, handler, inputs } = alone.built;
      expect(result.built).toMatchObject({ hash, format, handler });
      const here = inputs.map((path) => path.replace(other.root, project.root));
      expect(result.built.inputs.toSorted()).toEqual(here.toSorted());
    }
  });

  test("tell the mistakes of the one that has them, and the others are built", async () => {
    const project = await createProject({
      ...files,
      "src/ws/default/index.mjs": `import "./nowhere.mjs";\nexport const handler = 1;\n`,
    });
    const built = await together(project);
    expect(built.map(({ ok }) => ok)).toEqual([true, false, true, true, true]);
    expect(built[1]?.diagnostics).toMatchObject([
      { severity: "error", location: { file: "src/ws/default/index.mjs", line: 1 } },
    ]);
  });

  test("warn of the one that is meant", async () => {
    const project = await createProject({
      ...files,
      "src/ws/default/index.mjs": `export const handler = async () => typeof handler === "strinf";\n`,
    });
    const built = await together(project);
    expect(built.map(({ diagnostics }) => diagnostics.length)).toEqual([0, 1, 0, 0, 0]);
  });

  test("are built again, one and all", async () => {
    const project = await createProject(files);
    await using builder = createFunctionBuilder({ root: project.root });
    const build = (names: readonly string[]): Promise<readonly BuildResult[]> =>
      Promise.all(names.map((id) => builder.build(project.declare(id))));
    await build(ids);
    await project.write({ "node_modules/pet/name.js": "exports.name = 'dog';\n" });
    for (const result of await build(ids))
      expect(Object.values(await contentsOf(result)).join("")).toContain("dog");
    await project.write({ "node_modules/pet/name.js": "exports.name = 'cow';\n" });
    const [one] = await build(["ws/connect"]);
    if (one === undefined) throw new Error("nothing was built");
    expect(Object.values(await contentsOf(one)).join("")).toContain("cow");
  });
});
