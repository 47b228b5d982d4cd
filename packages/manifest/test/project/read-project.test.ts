import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkProject, readProject } from "../../src/node.ts";
import { projectFolder, reported } from "./project-folder.ts";

const app = { "app.arc": "@app\nx\n\n@ws\nhello\n\n@http\nget /\n" };
const handlers = {
  "src/http/get-index/index.js": "",
  "src/ws/connect/index.js": "",
  "src/ws/default/index.js": "",
  "src/ws/disconnect/index.js": "",
  "src/ws/hello/index.js": "",
};

describe("functions' folders", () => {
  test("are those of today", async () => {
    const root = await projectFolder({ ...app, ...handlers });
    const { project, diagnostics } = await checkProject(root);
    expect(reported(diagnostics)).toEqual([]);
    expect(project?.functions.map(({ id, directory, exists }) => [id, directory, exists])).toEqual([
      ["http/get-index", join(root, "src/http/get-index"), true],
      ["ws/connect", join(root, "src/ws/connect"), true],
      ["ws/default", join(root, "src/ws/default"), true],
      ["ws/disconnect", join(root, "src/ws/disconnect"), true],
      ["ws/hello", join(root, "src/ws/hello"), true],
    ]);
  });

  test.each(["ws-hello", "ws-$hello"])("may be of an older layout: %s", async (name) => {
    const { "src/ws/hello/index.js": _, ...others } = handlers;
    const root = await projectFolder({ ...app, ...others, [`src/ws/${name}/index.js`]: "" });
    const { project, diagnostics } = await checkProject(root);
    expect(reported(diagnostics)).toEqual([]);
    const hello = project?.functions.find(({ id }) => id === "ws/hello");
    expect(hello?.directory).toBe(join(root, "src/ws", name));
  });

  test("are reported when a function has two", async () => {
    const root = await projectFolder({ ...app, ...handlers, "src/ws/ws-hello/index.js": "" });
    const { project, diagnostics } = await readProject(root);
    expect(reported(diagnostics)).toEqual([
      "app.arc:5:1 warning function-folders-ambiguous: ws/hello exists in both src/ws/hello and src/ws/ws-hello: Arclet uses src/ws/hello",
    ]);
    expect(diagnostics[0]?.notes.map(({ text }) => text)).toEqual([
      'remove src/ws/ws-hello, or name one with "src"',
    ]);
    const hello = project?.functions.find(({ id }) => id === "ws/hello");
    expect(hello?.directory).toBe(join(root, "src/ws/hello"));
  });

  test("are reported when the manifest does not name them, as folders alone once did", async () => {
    const root = await projectFolder({ ...app, ...handlers, "src/ws/ws-shout/index.js": "" });
    expect(reported((await readProject(root)).diagnostics)).toEqual([
      'warning function-undeclared: src/ws/ws-shout is not in the manifest: add the line "shout" below @ws',
    ]);
  });

  test("are no functions when they are named otherwise, or are no folders", async () => {
    const root = await projectFolder({
      ...app,
      ...handlers,
      "src/ws/shared/index.js": "",
      "src/ws/ws-notes": "a file",
    });
    expect(reported((await readProject(root)).diagnostics)).toEqual([]);
  });

  test("are reported by a check when they are missing, with the places that were looked at", async () => {
    const { "src/ws/hello/index.js": _, ...others } = handlers;
    const root = await projectFolder({ ...app, ...others });
    const { project, diagnostics } = await checkProject(root);
    expect(reported(diagnostics)).toEqual([
      "app.arc:5:1 error function-missing: the function ws/hello has no folder: Arclet looked for src/ws/hello, src/ws/ws-hello, src/ws/ws-$hello",
    ]);
    const hello = project?.functions.find(({ id }) => id === "ws/hello");
    expect(hello).toMatchObject({ exists: false, directory: join(root, "src/ws/hello") });
  });

  test("of a file's name count as missing", async () => {
    const { "src/ws/hello/index.js": _, ...others } = handlers;
    const root = await projectFolder({ ...app, ...others, "src/ws/hello": "a file" });
    const { diagnostics } = await checkProject(root);
    expect(diagnostics.map(({ code }) => code)).toEqual(["function-missing"]);
  });
});

describe("what a project is watched for", () => {
  test("is everything that could change it, there or not", async () => {
    const root = await projectFolder({ ...app, ...handlers });
    const { project } = await readProject(root);
    for (const file of [
      "app.arc",
      ".arc",
      "arc.yml",
      "package.json",
      "prefs.arc",
      ".env",
      "src/ws/hello/config.arc",
      "src/http/get-index/arc-config.yml",
    ])
      expect(project?.watchedFiles).toContain(join(root, file));
  });
});

test("a manifest with errors makes no project, and every mistake is reported", async () => {
  const root = await projectFolder({
    "app.arc": "@app\nx\n\n@http\nget /a\nget /a\n\n@htp\nget /\n",
  });
  const { project, diagnostics } = await readProject(root);
  expect(project).toBeNull();
  expect(diagnostics.map(({ code }) => code)).toEqual(["http-route-duplicate", "pragma-unknown"]);
});
