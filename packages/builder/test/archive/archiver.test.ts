import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFunction, createArchiver, zipDirectory, type BuiltFunction } from "@arclet/builder";
import { describe, expect, test } from "vitest";
import { createProject, type TemporaryProject } from "../temporary-project.ts";

async function builtProject(): Promise<{ project: TemporaryProject; built: BuiltFunction }> {
  const project = await createProject({
    "src/ws/default/index.js": "export const handler = async () => 1;\n",
    "src/ws/default/data/text.txt": "beside",
  });
  return { project, built: await build(project) };
}

async function build(project: TemporaryProject): Promise<BuiltFunction> {
  const result = await buildFunction(project.declare("ws/default"), { root: project.root });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.built;
}

/** Archives as a run of its own does. */
async function archive(project: TemporaryProject, built: BuiltFunction) {
  const archiver = createArchiver({ cacheDirectory: join(project.root, ".arclet/cache") });
  const made = await archiver.archive(built);
  const contents = await archiver.contents(built, []);
  await archiver.close();
  return { hash: made.hash, byteLength: made.byteLength, bytes: await made.read(), contents };
}

const marked = Buffer.from("marked");

/** Marks what is kept: what comes from it has the mark. */
async function mark(project: TemporaryProject): Promise<void> {
  const index = join(project.root, ".arclet/cache/archives.json");
  const kept = JSON.parse(await readFile(index, "utf8")) as {
    archives: Record<string, { hash: string }>;
  };
  for (const one of Object.values(kept.archives)) one.hash = String(marked);
  await writeFile(index, JSON.stringify(kept));
}

describe("an archive", () => {
  test("is the zipped folder, kept or not", async () => {
    const { project, built } = await builtProject();
    const zipped = await zipDirectory(built.directory);
    const expected = {
      hash: zipped.hash,
      byteLength: zipped.bytes.byteLength,
      contents: {
        names: expect.arrayContaining(["index.mjs", "index.mjs.map", "data/text.txt"]),
        unzippedBytes: zipped.unzippedBytes,
      },
    };
    const first = await archive(project, built);
    const second = await archive(project, built);
    expect(first).toMatchObject(expected);
    expect(second).toMatchObject(expected);
    expect(Buffer.compare(first.bytes, zipped.bytes)).toBe(0);
    expect(Buffer.compare(second.bytes, zipped.bytes)).toBe(0);
  });

  test("is made once", async () => {
    const { project, built } = await builtProject();
    await archive(project, built);
    await mark(project);
    expect(await archive(project, built)).toMatchObject({ hash: String(marked) });
  });

  test.each([
    [
      "the function changed",
      (project: TemporaryProject) =>
        project.write({ "src/ws/default/index.js": "export const handler = async () => 2;\n" }),
    ],
    [
      "the kept file changed",
      (project: TemporaryProject) =>
        writeFile(join(project.root, ".arclet/cache/archives/ws/default.zip"), marked),
    ],
    [
      "the kept file is gone",
      (project: TemporaryProject) =>
        rm(join(project.root, ".arclet/cache/archives/ws/default.zip")),
    ],
    [
      "what tells of it is damaged",
      (project: TemporaryProject) =>
        writeFile(join(project.root, ".arclet/cache/archives.json"), "{"),
    ],
  ])("is made again after %s", async (_what, change) => {
    const { project, built } = await builtProject();
    await archive(project, built);
    await mark(project);
    await change(project);
    const again = await build(project);
    const { hash } = await zipDirectory(again.directory);
    expect(await archive(project, again)).toMatchObject({ hash });
  });
});
