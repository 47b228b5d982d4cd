import { mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { affectedFunctions, watchProject } from "@arclet/builder";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProject, type TemporaryProject } from "../temporary-project.ts";

async function watched(
  files: Readonly<Record<string, string>>,
  halfSavedMs = 100,
): Promise<{
  project: TemporaryProject;
  batches: string[][];
  /** Resolves with all that changed, once `path` did. */
  until: (path: string) => Promise<readonly string[]>;
  follow: (files: readonly string[]) => void;
}> {
  const project = await createProject(files);
  const batches: string[][] = [];
  const listeners: (() => void)[] = [];
  const watcher = await watchProject(
    project.root,
    (changed) => {
      batches.push(Array.from(changed, (path) => path.slice(project.root.length + 1)));
      for (const listener of listeners) listener();
    },
    { halfSavedMs },
  );
  onTestFinished(() => watcher.close());
  return {
    project,
    batches,
    follow: (outside) => watcher.follow(outside),
    until: (path) =>
      new Promise((resolve) => {
        const listener = (): void => {
          if (batches.flat().includes(path)) resolve(batches.flat());
        };
        listeners.push(listener);
        listener();
      }),
  };
}

describe("watchProject", () => {
  test("tells of files that are written, made in new folders, and removed", async () => {
    const { project, until } = await watched({ "src/a.js": "1", "src/b.js": "1" });
    await project.write({ "src/a.js": "2" });
    expect(await until("src/a.js")).toContain("src/a.js");
    await project.write({ "src/new/deep/c.js": "1" });
    expect(await until("src/new/deep/c.js")).toContain("src/new/deep/c.js");
    await rm(join(project.root, "src/b.js"));
    expect(await until("src/b.js")).toContain("src/b.js");
  });

  test("tells of a file that an editor replaces, again and again", async () => {
    const { project, batches, until } = await watched({ "src/a.js": "0" });
    for (const text of ["1", "22", "333"]) {
      batches.length = 0;
      await writeFile(join(project.root, "src/.a.js.swp"), text);
      await rename(join(project.root, "src/.a.js.swp"), join(project.root, "src/a.js"));
      expect(await until("src/a.js")).toContain("src/a.js");
    }
  });

  test("does not tell of a file while an editor has moved it away or emptied it", async () => {
    const { project, batches, until } = await watched({ "src/a.js": "old" }, 3_600_000);
    const file = join(project.root, "src/a.js");
    const contents: string[] = [];
    const read = async (): Promise<void> => {
      expect(await until("src/a.js")).toContain("src/a.js");
      contents.push(await readFile(file, "utf8"));
    };
    await rename(file, `${file}~`);
    await writeFile(join(project.root, "src/other.js"), "1");
    expect(await until("src/other.js")).toContain("src/other.js");
    expect(batches.flat()).toEqual(["src/other.js"]);
    await writeFile(file, "moved");
    await read();
    batches.length = 0;
    await truncate(file);
    await writeFile(join(project.root, "src/other.js"), "2");
    expect(await until("src/other.js")).toContain("src/other.js");
    expect(batches.flat()).not.toContain("src/a.js");
    await writeFile(file, "filled");
    await read();
    expect(contents).toEqual(["moved", "filled"]);
  });

  test("tells of a folder that is removed or moved away", async () => {
    const { project, until } = await watched({
      "src/ws/a/index.js": "1",
      "src/ws/b/index.js": "1",
    });
    await rm(join(project.root, "src/ws/a"), { recursive: true });
    expect(await until("src/ws/a")).toContain("src/ws/a");
    expect(await until("src/ws/a/index.js")).toContain("src/ws/a/index.js");
    await rename(join(project.root, "src/ws"), join(project.root, "src/gone"));
    expect(await until("src/ws")).toContain("src/ws");
    expect(await until("src/gone/b/index.js")).toContain("src/gone/b/index.js");
  });

  test("tells of each file once in a batch", async () => {
    const { project, batches, until } = await watched({ "src/a.js": "1" });
    await Promise.all([
      writeFile(join(project.root, "src/a.js"), "2"),
      writeFile(join(project.root, "src/a.js"), "3"),
    ]);
    expect(await until("src/a.js")).toContain("src/a.js");
    for (const batch of batches) expect(batch).toEqual([...new Set(batch)]);
  });

  test("ignores packages, builds, version control and Python's environments", async () => {
    const { project, until } = await watched({
      "src/a.js": "1",
      "node_modules/x/index.js": "1",
      ".arclet/build/x": "1",
      ".git/HEAD": "1",
      ".venv/lib/x.py": "1",
      "src/ws/x/__pycache__/lambda.pyc": "1",
      "src/ws/x/node_modules/y/index.js": "1",
    });
    await project.write({
      "node_modules/x/index.js": "2",
      ".arclet/build/x": "2",
      ".git/HEAD": "2",
      ".venv/lib/x.py": "2",
      "src/ws/x/__pycache__/lambda.pyc": "2",
      "src/ws/x/node_modules/y/index.js": "2",
    });
    await project.write({ "src/a.js": "2" });
    expect(await until("src/a.js")).toEqual(["src/a.js"]);
  });

  test("follows sources outside the project", async () => {
    const outside = await createProject({ "lib/shared.js": "1" });
    const { batches, follow } = await watched({ "src/a.js": "1" });
    const path = join(outside.root, "lib/shared.js");
    follow([path]);
    const seen = new Promise<void>((resolve) => {
      const write = async (): Promise<void> => {
        // The watch begins some time after it was asked for; nothing tells when.
        for (let round = 0; batches.length === 0; round++) {
          await writeFile(path, `${round}`);
          await new Promise((next) => setImmediate(next));
        }
        resolve();
      };
      void write();
    });
    await seen;
    expect(batches.flat().length).toBeGreaterThan(0);
  });
});

describe("affectedFunctions", () => {
  const none = { paths: [], hasPackages: false };
  const functions = [
    {
      functionId: "ws/a",
      directory: "/p/src/ws/a",
      isBundled: true,
      inputs: ["/p/src/ws/a/index.js", "/p/lib/x.js", "/p/packages/pets/index.js"],
      missing: null,
    },
    {
      functionId: "ws/ab",
      directory: "/p/src/ws/ab",
      isBundled: false,
      inputs: ["/p/src/ws/ab/index.py"],
      missing: null,
    },
    {
      functionId: "ws/broken",
      directory: "/p/src/ws/broken",
      isBundled: true,
      inputs: ["/p/src/ws/broken/index.ts", "/p/lib/y.ts"],
      missing: { paths: ["/p/src/shared/names"], hasPackages: false },
    },
    {
      functionId: "ws/empty",
      directory: "/p/src/ws/empty",
      isBundled: true,
      inputs: [],
      missing: none,
    },
  ];
  test.each([
    // What a build read, or would take along.
    ["/p/lib/x.js", ["ws/a"]],
    ["/p/src/ws/a/data.txt", ["ws/a"]],
    ["/p/src/ws/ab/anything", ["ws/ab"]],
    ["/p/lib/y.ts", ["ws/broken"]],
    // What it did not.
    ["/p/src/ws/a/index.test.js", []],
    ["/p/src/ws/a/types.ts", []],
    ["/p/src/ws/a/.notes", []],
    ["/p/src/ws/a/node_modules/pets/index.js", []],
    ["/p/lib/z.js", []],
    ["/p/public/index.html", []],
    ["/p/dev.log", []],
    // What would be found instead, or was missed.
    ["/p/lib/x.ts", ["ws/a"]],
    ["/p/lib/x/index.js", ["ws/a"]],
    ["/p/src/shared/names.ts", ["ws/broken"]],
    ["/p/src/shared/names/index.js", ["ws/broken"]],
    ["/p/src/ws/empty/index.ts", ["ws/empty"]],
    // What is inherited.
    ["/p/package.json", ["ws/a", "ws/ab", "ws/broken", "ws/empty"]],
    ["/p/tsconfig.base.json", ["ws/a", "ws/ab", "ws/broken", "ws/empty"]],
    ["/p/packages/pets/package.json", ["ws/a"]],
    ["/p/src/ws/ab/tsconfig.json", ["ws/ab"]],
    // Folders.
    ["/p/src/ws", ["ws/a", "ws/ab", "ws/broken", "ws/empty"]],
    ["/p/src/ws/ab", ["ws/ab"]],
  ])("of %s are %j", (path, ids) => {
    expect([...affectedFunctions([path], functions).keys()]).toEqual(ids);
  });

  test("come with the files that concern them", () => {
    const affected = affectedFunctions(["/p/lib/x.js", "/p/dev.log", "/p/lib/y.ts"], functions);
    expect(affected.get("ws/a")).toEqual(["/p/lib/x.js"]);
    expect(affected.get("ws/broken")).toEqual(["/p/lib/y.ts"]);
  });

  test("are none when nothing changed", () => {
    expect(affectedFunctions([], functions).size).toBe(0);
  });
});

test("keeps up with a folder that is made while it is watched", async () => {
  const { project, until } = await watched({ "src/a.js": "1" });
  await mkdir(join(project.root, "src/ws/late"), { recursive: true });
  await writeFile(join(project.root, "src/ws/late/index.js"), "1");
  expect(await until("src/ws/late/index.js")).toContain("src/ws/late/index.js");
});
