import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProject } from "../../src/node.ts";
import { projectFolder, reported } from "./project-folder.ts";

/** Every place of a manifest in the order in which they are looked at, each with its own app's name. */
const places: readonly (readonly [file: string, text: string, app: string])[] = [
  ["app.arc", "@app\none\n\n@http\nget /\n", "one"],
  [".arc", "@app\ntwo\n\n@http\nget /\n", "two"],
  ["arc.json", '{ "app": "three", "http": [["get", "/"]] }', "three"],
  ["arc.yaml", "app: four\nhttp:\n  - get: /\n", "four"],
  ["arc.yml", "app: five\nhttp:\n  - get: /\n", "five"],
  ["package.json", '{ "name": "x", "arc": { "app": "six", "http": [["get", "/"]] } }', "six"],
];

describe("the place of a manifest", () => {
  test.each(places)("may be %s", async (file, text, app) => {
    const root = await projectFolder({ [file]: text });
    const { project, diagnostics } = await readProject(root);
    expect(reported(diagnostics)).toEqual([]);
    expect(project?.manifest.app).toBe(app);
    expect(project?.manifestFile).toBe(join(root, file));
    expect(project?.manifest.http?.routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "get /",
    ]);
  });

  test.each(places.map((place, index) => [place[0], place[2], index] as const))(
    "is %s rather than any that comes later",
    async (_file, app, index) => {
      const later = places.slice(index);
      const root = await projectFolder(
        Object.fromEntries(later.map(([file, text]) => [file, text])),
      );
      const { project } = await readProject(root);
      expect(project?.manifest.app).toBe(app);
    },
  );

  test("is reported when there is more than one, but for package.json, which has its own reason to be", async () => {
    const root = await projectFolder(
      Object.fromEntries(places.map(([file, text]) => [file, text])),
    );
    const { diagnostics } = await readProject(root);
    expect(reported(diagnostics)).toEqual([
      "warning manifest-duplicate: app.arc is used, and .arc, arc.json, arc.yaml, arc.yml are ignored: keep one manifest",
    ]);
  });

  test("may be under the key architect of package.json", async () => {
    const root = await projectFolder({ "package.json": '{ "architect": { "app": "named" } }' });
    expect((await readProject(root)).project?.manifest.app).toBe("named");
  });

  test.each([
    ["no manifest in it", '{ "name": "x", "version": "1.0.0" }'],
    ["no JSON in it", "{ not json"],
  ])("is not a package.json with %s", async (_what, text) => {
    const root = await projectFolder({ "package.json": text });
    const { project, diagnostics } = await readProject(root);
    expect(project).toBeNull();
    expect(reported(diagnostics)).toEqual([
      expect.stringMatching(
        /^error manifest-missing: no manifest found .*run "arclet init" to create one$/,
      ),
    ]);
  });

  test("tells a broken manifest in package.json with its place", async () => {
    const root = await projectFolder({ "package.json": '{\n  "arc": { "app": }\n}\n' });
    const { project, diagnostics } = await readProject(root);
    expect(project).toBeNull();
    expect(reported(diagnostics)[0]).toMatch(/^package\.json:2:\d+ error syntax-error: /);
  });
});

describe("a folder without a manifest", () => {
  test.each(["public/", "src/"])("is the default app when it has %s", async (folder) => {
    const root = await projectFolder({ [folder]: "" });
    const { project, diagnostics } = await readProject(root);
    expect(project?.manifest.app).toBe("app-default");
    expect(project?.manifestFile).toBeNull();
    expect(reported(diagnostics)).toEqual([
      expect.stringMatching(
        /^warning manifest-missing: .*serving the folder as the app "app-default"$/,
      ),
    ]);
  });

  test("is an error when nothing in it looks like an app", async () => {
    const { project, diagnostics } = await readProject(await projectFolder({ "notes.txt": "" }));
    expect(project).toBeNull();
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "error manifest-missing",
    ]);
  });

  test("is an error when there is no folder either", async () => {
    const root = await projectFolder({});
    const { project, diagnostics } = await readProject(join(root, "nowhere"));
    expect(project).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toEqual(["manifest-missing"]);
  });
});

describe("a manifest that cannot be read", () => {
  // A folder in its place: nobody can read that as a file, whatever they may.
  test.each(places.map(([file]) => file))("is reported: %s", async (file) => {
    const { project, diagnostics } = await readProject(await projectFolder({ [`${file}/`]: "" }));
    expect(project).toBeNull();
    expect(reported(diagnostics)).toEqual([
      `error manifest-unreadable: ${file} cannot be read: it is a folder`,
    ]);
  });

  test.each(["", "\n\n", "# only a comment\n"])(
    "is reported when it is empty: %j",
    async (text) => {
      const { project, diagnostics } = await readProject(await projectFolder({ "app.arc": text }));
      expect(project).toBeNull();
      expect(reported(diagnostics)).toEqual([
        "app.arc:1:1 error manifest-empty: the manifest is empty: begin with @app and a name on the next line",
      ]);
    },
  );
});
