import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createFunctionBuilder, type BuildResult, type BuiltFunction } from "@arclet/builder";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProject, runBuilt, type TemporaryProject } from "./temporary-project.ts";

const source = (value: string): string => `export const handler = async () => "${value}";`;

async function createBuilder(files: Readonly<Record<string, string>>): Promise<{
  project: TemporaryProject;
  build: (id?: string) => Promise<BuildResult>;
}> {
  const project = await createProject(files);
  const builder = createFunctionBuilder({ root: project.root });
  onTestFinished(() => builder.close());
  return { project, build: (id = "ws/default") => builder.build(project.declare(id)) };
}

function expectBuilt(result: BuildResult): BuiltFunction {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  return result.built;
}

describe("building again", () => {
  test("takes up changes of the function and of what it imports", async () => {
    const { project, build } = await createBuilder({
      "src/ws/default/index.mjs": "export { handler } from '../../lib.js';",
      "src/lib.js": source("first"),
      "src/ws/default/data.txt": "1",
    });
    const first = expectBuilt(await build());
    expect(await runBuilt(first)).toBe("first");
    await project.write({ "src/lib.js": source("second") });
    const second = expectBuilt(await build());
    expect(await runBuilt(second)).toBe("second");
    expect(second.directory).toBe(first.directory);
    expect(second.hash).not.toBe(first.hash);
    await project.write({ "src/ws/default/data.txt": "2" });
    const third = expectBuilt(await build());
    expect(third.hash).not.toBe(second.hash);
    expect(await readFile(join(third.directory, "data.txt"), "utf8")).toBe("2");
  });

  test("keeps the last good build when a new one fails, and recovers", async () => {
    const { project, build } = await createBuilder({ "src/ws/default/index.mjs": source("good") });
    const good = expectBuilt(await build());
    await project.write({ "src/ws/default/index.mjs": "export const handler = (;" });
    const bad = await build();
    expect(bad).toMatchObject({ ok: false, inputs: good.inputs });
    expect(await runBuilt(good)).toBe("good");
    await project.write({ "src/ws/default/index.mjs": source("better") });
    expect(await runBuilt(expectBuilt(await build()))).toBe("better");
  });

  test("leaves a folder alone that functions run from, and removes it when none does", async () => {
    const file = "src/ws/default/index.mjs";
    const project = await createProject({ [file]: source("one") });
    const used = new Set<string>();
    const builder = createFunctionBuilder({ root: project.root, foldersInUse: () => used });
    onTestFinished(() => builder.close());
    const buildOf = async (value: string): Promise<BuiltFunction> => {
      await project.write({ [file]: source(value) });
      return expectBuilt(await builder.build(project.declare("ws/default")));
    };
    const one = await buildOf("one");
    used.add(one.directory);
    // Others follow while the first one runs on.
    const two = await buildOf("two");
    const three = await buildOf("three");
    expect(await runBuilt(one)).toBe("one");
    expect(await runBuilt(two)).toBe("two");
    expect(await runBuilt(three)).toBe("three");
    expect(new Set([one, two, three].map(({ directory }) => directory)).size).toBe(3);
    used.clear();
    used.add(three.directory);
    const four = await buildOf("four");
    expect(four.directory).toBe(one.directory);
    expect(await runBuilt(three)).toBe("three");
    const folders = (): Promise<string[]> => readdir(join(project.root, ".arclet/build/ws"));
    expect(await folders()).toHaveLength(2);
    used.clear();
    await builder.close();
    expect(await folders()).toEqual(["default"]);
    expect(await runBuilt(four)).toBe("four");
  });

  test("removes what a process that has ended left beside the folder, and nothing of others", async () => {
    const project = await createProject({ "src/ws/default/index.mjs": source("one") });
    const { pid: ended } = spawnSync(process.execPath, ["--version"]);
    const parent = join(project.root, ".arclet/build/ws");
    const kept = ["default", `default~${process.ppid}-1`, "default-two", "default~notes"];
    for (const name of [...kept, `default~${ended}-1`]) {
      await mkdir(join(parent, name), { recursive: true });
    }
    const builder = createFunctionBuilder({ root: project.root, foldersInUse: () => new Set() });
    onTestFinished(() => builder.close());
    expectBuilt(await builder.build(project.declare("ws/default")));
    expect((await readdir(parent)).toSorted()).toEqual(kept.toSorted());
  });

  test("removes what no longer belongs, also when the format changes", async () => {
    const { project, build } = await createBuilder({
      "src/ws/default/index.js": source("esm"),
      "src/ws/default/deep/old.txt": "old",
    });
    const first = expectBuilt(await build());
    expect(first.format).toBe("esm");
    await rm(join(project.root, "src/ws/default/deep"), { recursive: true });
    await project.write({
      "src/ws/default/index.js": "exports.handler = async () => 'cjs';",
      "src/ws/default/deep": "a file now",
    });
    const second = expectBuilt(await build());
    expect(second.format).toBe("cjs");
    expect((await readdir(second.directory)).toSorted()).toEqual([
      "deep",
      "index.cjs",
      "index.cjs.map",
    ]);
    await rm(join(project.root, "src/ws/default/deep"));
    await project.write({ "src/ws/default/deep/new.txt": "a folder again" });
    const third = expectBuilt(await build());
    expect(await readdir(join(third.directory, "deep"))).toEqual(["new.txt"]);
  });

  test("writes a build folder that was deleted again", async () => {
    const { project, build } = await createBuilder({ "src/ws/default/index.mjs": source("x") });
    const first = expectBuilt(await build());
    await rm(join(project.root, ".arclet"), { recursive: true });
    const second = expectBuilt(await build());
    expect(second.hash).toBe(first.hash);
    expect(await runBuilt(second)).toBe("x");
  });

  test("never shows half a build to a reader", async () => {
    const long = "x".repeat(2_000_000);
    const { project, build } = await createBuilder({
      "src/ws/default/index.mjs": source(`0${long}`),
    });
    const { entry } = expectBuilt(await build());
    const building = new AbortController();
    const sizes = new Set<number>();
    const reading = (async () => {
      while (!building.signal.aborted) {
        const text = await readFile(entry, "utf8");
        sizes.add(text.length);
      }
    })();
    for (const digit of ["1", "2", "3", "4", "5"]) {
      await project.write({ "src/ws/default/index.mjs": source(digit + long) });
      expectBuilt(await build());
    }
    building.abort();
    await reading;
    expect(sizes.size).toBe(1);
  });

  test("follows asked-for builds of one function in order", async () => {
    const { project, build } = await createBuilder({ "src/ws/default/index.mjs": source("a") });
    const before = build();
    await project.write({ "src/ws/default/index.mjs": source("b") });
    const [, after] = await Promise.all([before, build()]);
    expect(await runBuilt(expectBuilt(after))).toBe("b");
  });
});

describe("many functions", () => {
  test("build side by side into folders of their own", async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `http/get-page${index}`);
    const { build } = await createBuilder(
      Object.fromEntries(ids.map((id) => [`src/${id}/index.js`, source(id)])),
    );
    const results = await Promise.all(ids.map((id) => build(id)));
    const builts = results.map(expectBuilt);
    expect(new Set(builts.map(({ directory }) => directory)).size).toBe(50);
    const last = builts.at(-1);
    expect(last === undefined ? null : await runBuilt(last)).toBe("http/get-page49");
  });
});

describe("surroundings", () => {
  test("builds a project reached through a symbolic link like the project itself", async () => {
    const { project } = await createBuilder({ "src/ws/default/index.mjs": source("linked") });
    const link = `${project.root}-link`;
    await symlink(project.root, link);
    onTestFinished(() => rm(link));
    const declared = project.declare("ws/default");
    const builder = createFunctionBuilder({ root: link });
    onTestFinished(() => builder.close());
    const viaLink = expectBuilt(
      await builder.build({ ...declared, directory: join(link, "src/ws/default") }),
    );
    expect(viaLink.inputs).toEqual([join(link, "src/ws/default/index.mjs")]);
    const direct = createFunctionBuilder({ root: project.root });
    onTestFinished(() => direct.close());
    expect(expectBuilt(await direct.build(declared)).hash).toBe(viaLink.hash);
  });

  test("copies a linked folder and does not follow a link that leads back", async () => {
    const { project, build } = await createBuilder({
      "src/ws/default/index.mjs": source("x"),
      "assets/a.txt": "a",
    });
    await symlink("../../../assets", join(project.root, "src/ws/default/assets"));
    await symlink(".", join(project.root, "src/ws/default/self"));
    const built = expectBuilt(await build());
    expect((await readdir(built.directory, { recursive: true })).toSorted()).toEqual([
      "assets",
      "assets/a.txt",
      "index.mjs",
      "index.mjs.map",
    ]);
  });

  test("keeps the executable bit of a file", async () => {
    const { project, build } = await createBuilder({
      "src/ws/default/index.mjs":
        "import { execFileSync } from 'node:child_process'; export const handler = async () => execFileSync(new URL('./tool.sh', import.meta.url).pathname, { encoding: 'utf8' });",
      "src/ws/default/tool.sh": "#!/bin/sh\nprintf ran",
    });
    await chmod(join(project.root, "src/ws/default/tool.sh"), 0o755);
    expect(await runBuilt(expectBuilt(await build()))).toBe("ran");
  });

  test("rejects as a user's error when the build folder cannot be written", async () => {
    // A user other than root, whom permissions bind; without one, there is nothing to see.
    const { project } = await createBuilder({ "src/ws/default/index.mjs": source("x") });
    const script = `import { createFunctionBuilder } from "@arclet/builder";
if (process.getuid() === 0) process.setuid(65534);
const builder = createFunctionBuilder({ root: ${JSON.stringify(project.root)}, outDirectory: "/proc/build" });
const denied = createFunctionBuilder({ root: ${JSON.stringify(project.root)} });
const declared = ${JSON.stringify(project.declare("ws/default"))};
try { await denied.build(declared); } catch (error) { console.log(error.name, error.code, error.isUserError); }
process.exit();`;
    await chmod(project.root, 0o755);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      { cwd: import.meta.dirname },
    );
    expect(stdout.trim()).toBe("BuildError ERR_BUILD_FOLDER_FORBIDDEN true");
  });

  test("keeps the sources' folder untouched", async () => {
    const { project, build } = await createBuilder({ "src/ws/default/index.mjs": source("x") });
    await build();
    expect(await readdir(join(project.root, "src"), { recursive: true })).toEqual([
      "ws",
      "ws/default",
      "ws/default/index.mjs",
    ]);
    await rename(join(project.root, "src/ws/default"), join(project.root, "src/ws/gone"));
    expect(await build()).toMatchObject({ ok: false, diagnostics: [{ code: "handler-missing" }] });
    await writeFile(join(project.root, "package.json"), "no json");
  });
});
