import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Preferences } from "../../src/index.ts";
import { readProject } from "../../src/node.ts";
import { projectFolder, reported } from "./project-folder.ts";

const app = { "app.arc": "@app\nx\n" };

/** Reads a project's preferences with a home folder of its own. */
async function preferencesOf(
  files: Readonly<Record<string, string>>,
  home: Readonly<Record<string, string>> = {},
): Promise<{
  readonly preferences: Preferences | undefined;
  readonly reported: readonly string[];
}> {
  const homeFolder = await projectFolder(home);
  vi.stubEnv("HOME", homeFolder);
  vi.stubEnv("USERPROFILE", homeFolder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { project, diagnostics } = await readProject(await projectFolder({ ...app, ...files }));
  return { preferences: project?.preferences, reported: reported(diagnostics) };
}

const names = ["preferences.arc", "prefs.arc", ".preferences.arc", ".prefs.arc"];
const variable = (value: string): string => `@env\ntesting\n  NAME ${value}\n`;

describe("preferences", () => {
  test.each([
    [
      "preferences.json",
      '{ "env": { "testing": { "NAME": "ada" } }, "sandbox": { "ports": { "http": 4000 }, "livereload": true } }',
    ],
    [
      "preferences.yaml",
      "env:\n  testing:\n    NAME: ada\nsandbox:\n  ports:\n    http: 4000\n  livereload: true\n",
    ],
    [
      "preferences.arc",
      "@env\ntesting\n  NAME ada\n\n@sandbox\nports\n  http 4000\nlivereload true\n",
    ],
  ])("are read from %s", async (name, text) => {
    const { preferences, reported: said } = await preferencesOf({ [name]: text });
    expect(said).toEqual([]);
    expect(preferences?.env.testing).toEqual({ NAME: "ada" });
    expect(preferences?.sandbox).toMatchObject({ ports: { http: 4000 }, livereload: true });
  });

  test("in JSON, a wrong value is reported at its place", async () => {
    const { reported: said } = await preferencesOf({
      "preferences.json": '{\n  "sandbox": { "ports": { "http": "x" } }\n}\n',
    });
    expect(said.join("\n")).toMatch(/preferences\.json:2:\d+.*must be a port/);
  });

  test("are empty without a file", async () => {
    expect((await preferencesOf({})).preferences).toEqual({
      env: { testing: {}, staging: {}, production: {} },
      sandbox: {
        ports: {},
        env: null,
        seedData: null,
        externalDb: false,
        useAws: false,
        livereload: false,
        coldstart: false,
      },
      startCommands: [],
      create: { autocreate: false, templates: {} },
    });
  });

  test.each(names)("may be in %s", async (name) => {
    const { preferences } = await preferencesOf({ [name]: variable("here") });
    expect(preferences?.env.testing).toEqual({ NAME: "here" });
  });

  test.each(names.map((name, index) => [name, index] as const))(
    "are %s rather than any that comes later",
    async (first, index) => {
      const files = names.slice(index).map((name) => [name, variable(name)]);
      const { preferences } = await preferencesOf(Object.fromEntries(files));
      expect(preferences?.env.testing).toEqual({ NAME: first });
    },
  );

  test("of the project lie over those of the home folder", async () => {
    const { preferences } = await preferencesOf(
      { "prefs.arc": "@env\ntesting\n  SHARED project\n\n@sandbox\nlivereload true\n" },
      { ".prefs.arc": "@env\ntesting\n  SHARED home\n  OWN home\n\n@sandbox\ncoldstart true\n" },
    );
    expect(preferences?.env.testing).toEqual({ SHARED: "project", OWN: "home" });
    expect(preferences?.sandbox).toMatchObject({ livereload: true, coldstart: true });
  });

  test("lie below .env, which is for testing alone", async () => {
    const { preferences } = await preferencesOf({
      "prefs.arc": "@env\ntesting\n  A prefs\n  B prefs\nproduction\n  A live\n",
      ".env": "A=dotenv\n",
    });
    expect(preferences?.env).toEqual({
      testing: { A: "dotenv", B: "prefs" },
      staging: {},
      production: { A: "live" },
    });
  });

  test("tell variables in the form of Architect 5 as well", async () => {
    const { preferences } = await preferencesOf({ "prefs.arc": "@env\nstaging NAME two words\n" });
    expect(preferences?.env.staging).toEqual({ NAME: "two words" });
  });

  test("set up the sandbox, its start and new functions", async () => {
    const { preferences } = await preferencesOf({
      "prefs.arc": `@sandbox
env staging
seed-data seeds/all.json
external-db true
useAWS true
ports
  http 3400
  tables 5000

@sandbox-start
npm run css
"echo ready"

@create
autocreate true
templates
  http templates/http.js
`,
    });
    expect(preferences?.sandbox).toEqual({
      env: "staging",
      seedData: "seeds/all.json",
      externalDb: true,
      useAws: true,
      livereload: false,
      coldstart: false,
      ports: { http: 3400, tables: 5000 },
    });
    expect(preferences?.startCommands).toEqual(["npm run css", "echo ready"]);
    expect(preferences?.create).toEqual({
      autocreate: true,
      templates: { http: "templates/http.js" },
    });
  });

  test("refuse values of the sandbox's settings that mean nothing", async () => {
    const { reported: mistakes } = await preferencesOf({
      "prefs.arc":
        "@sandbox\nlivereload sometimes\nenv dev\nport 3400\nports\n  http 99999\n  tables abc\n",
    });
    expect(mistakes).toEqual([
      'prefs.arc:2:12 error sandbox-setting-invalid: "livereload" must be true or false',
      'prefs.arc:3:5 error sandbox-setting-invalid: "env" must be one of testing, staging, production',
      'prefs.arc:4:1 warning setting-unknown: @sandbox has no setting "port", which is ignored: did you mean "ports"?',
      'prefs.arc:6:8 error sandbox-setting-invalid: "http" must be a port from 1 to 65535',
      'prefs.arc:7:10 error sandbox-setting-invalid: "tables" must be a port from 1 to 65535',
    ]);
  });

  test("that cannot be understood are reported with their place", async () => {
    const { reported: mistakes } = await preferencesOf({
      "prefs.arc": '@env\ntesting\n  A "open\n',
    });
    expect(mistakes).toEqual([
      "prefs.arc:3:5 error syntax-quote-open: this quote has no closing quote on its line: add one",
    ]);
  });

  test("that cannot be read are reported, and the app runs without them", async () => {
    const { preferences, reported: mistakes } = await preferencesOf(
      { "prefs.arc/": "", ".env/": "" },
      { "prefs.arc/": "" },
    );
    expect(mistakes).toEqual([
      "warning manifest-unreadable: ~/prefs.arc cannot be read: it is a folder",
      "warning manifest-unreadable: prefs.arc cannot be read: it is a folder",
      "warning manifest-unreadable: .env cannot be read: it is a folder",
    ]);
    expect(preferences?.env.testing).toEqual({});
  });
});

describe(".env", () => {
  test("has line ends of Windows, a byte order mark, colons and every kind of quote", async () => {
    const { preferences } = await preferencesOf({
      ".env": "\uFEFFA=1\r\nB: two\r\nC=\"one\r\ntwo\"\r\n  D = `b\"c'd`\r\nE='x # y' # z\r\n",
    });
    expect(preferences?.env.testing).toEqual({
      A: "1",
      B: "two",
      C: "one\ntwo",
      D: `b"c'd`,
      E: "x # y",
    });
  });

  test("has quotes, comments, exports and lines that go on", async () => {
    const { preferences } = await preferencesOf({
      ".env": `# a comment
PLAIN=value
SPACED = spaced value   # with a comment
HASH=a#b
EMPTY=
export EXPORTED=yes
DOUBLE="two\\nlines # kept"
SINGLE='raw \\n'
LONG="first
second"
URL=https://example.com/?a=b
`,
    });
    expect(preferences?.env.testing).toEqual({
      PLAIN: "value",
      SPACED: "spaced value",
      // As the package dotenv reads it: a # begins a comment unless the value is in quotes.
      HASH: "a",
      EMPTY: "",
      EXPORTED: "yes",
      DOUBLE: "two\nlines # kept",
      SINGLE: "raw \\n",
      LONG: "first\nsecond",
      URL: "https://example.com/?a=b",
    });
  });
});
