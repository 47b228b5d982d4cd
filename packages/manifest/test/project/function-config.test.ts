import { describe, expect, test } from "vitest";
import type { FunctionConfig } from "../../src/index.ts";
import { readProject } from "../../src/node.ts";
import { projectFolder, reported } from "./project-folder.ts";

const manifest = "@app\nx\n\n@aws\nmemory 512\ntimeout 7\n\n@http\nget /\n";
const folder = "src/http/get-index";

async function configOf(
  files: Readonly<Record<string, string>>,
  more = "",
): Promise<{ readonly config: FunctionConfig | undefined; readonly reported: readonly string[] }> {
  const inFolder = Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]);
  const root = await projectFolder({
    "app.arc": `${manifest}\n${more}`,
    [`${folder}/`]: "",
    ...Object.fromEntries(inFolder),
  });
  const { project, diagnostics } = await readProject(root);
  const found = project?.functions.find(({ id }) => id === "http/get-index");
  return { config: found?.config, reported: reported(diagnostics) };
}

const names: readonly (readonly [file: string, text: (timeout: number) => string])[] = [
  ["config.arc", (timeout) => `@aws\ntimeout ${timeout}\n`],
  [".arc-config", (timeout) => `@aws\ntimeout ${timeout}\n`],
  ["arc.json", (timeout) => `{ "aws": { "timeout": ${timeout} } }`],
  ["arc-config.json", (timeout) => `{ "aws": { "timeout": ${timeout} } }`],
  ["config.yaml", (timeout) => `aws:\n  timeout: ${timeout}\n`],
  ["config.yml", (timeout) => `aws:\n  timeout: ${timeout}\n`],
  ["arc-config.yaml", (timeout) => `aws:\n  timeout: ${timeout}\n`],
  ["arc-config.yml", (timeout) => `aws:\n  timeout: ${timeout}\n`],
];

describe("a function's own configuration", () => {
  test("lies over the manifest's, which lies over the defaults", async () => {
    expect((await configOf({})).config).toMatchObject({ memory: 512, timeout: 7, storage: 512 });
    const own = await configOf({ "config.arc": "@aws\ntimeout 30\nruntime python\n" });
    expect(own.config).toMatchObject({ memory: 512, timeout: 30, runtime: "python3.14" });
  });

  test.each(names)("may be in %s", async (file, text) => {
    const { config, reported: mistakes } = await configOf({ [file]: text(42) });
    expect(mistakes).toEqual([]);
    expect(config).toMatchObject({ memory: 512, timeout: 42 });
  });

  test.each(names.map(([file], index) => [file, index] as const))(
    "is %s rather than any that comes later",
    async (_file, index) => {
      const later = names.slice(index).map(([file, text], place) => [file, text(10 + place)]);
      expect((await configOf(Object.fromEntries(later))).config).toMatchObject({ timeout: 10 });
    },
  );

  test("chooses how Lambda logs, in whatever case the words are", async () => {
    const text = "@aws\nlogFormat json\napplicationLogLevel warn\nsystemLogLevel DEBUG\n";
    const { config, reported: mistakes } = await configOf({ "config.arc": text });
    expect(mistakes).toEqual([]);
    expect(config).toMatchObject({
      logFormat: "JSON",
      applicationLogLevel: "WARN",
      systemLogLevel: "DEBUG",
    });
    expect((await configOf({})).config).toMatchObject({
      logFormat: "Text",
      applicationLogLevel: null,
      systemLogLevel: null,
    });
  });

  test.each([
    ["logFormat xml", /"logFormat" must be Text or JSON/],
    [
      "logFormat JSON\napplicationLogLevel loud",
      /"applicationLogLevel" must be one of TRACE, DEBUG/,
    ],
    ["logFormat JSON\nsystemLogLevel ERROR", /"systemLogLevel" must be one of DEBUG, INFO, WARN/],
    ["applicationLogLevel WARN", /"applicationLogLevel" needs "logFormat JSON"/],
  ])("tells what is wrong with %j", async (lines, mistake) => {
    const { reported: mistakes } = await configOf({ "config.arc": `@aws\n${lines}\n` });
    expect(mistakes).toEqual([expect.stringMatching(mistake)]);
  });

  test("may switch variables and shared code off", async () => {
    const { config } = await configOf({
      "config.arc": "@arc\nenv false\nshared false\nviews true\n",
    });
    expect(config).toMatchObject({ env: false, shared: false, views: true });
  });

  test("is reported with its place when a setting is out of range or unknown", async () => {
    const { config, reported: mistakes } = await configOf({
      "config.arc": "@aws\ntimeout 901\nmemry 128\n",
    });
    expect(config).toBeUndefined();
    expect(mistakes).toEqual([
      `${folder}/config.arc:2:9 error aws-setting-invalid: "timeout" must be a whole number from 1 to 900 (seconds)`,
      `${folder}/config.arc:3:1 warning aws-setting-unknown: @aws has no setting "memry", which is ignored: did you mean "memory"?`,
    ]);
  });

  test("may give access to some of the app, and to nothing else", async () => {
    const app =
      "@tables\ncats\n  id *String\ndogs\n  id *String\n\n@events\nfed\n\n@queues\nmail\n\n@ws\n\n@rooms\nchat\n";
    const accessOf = async (text: string): Promise<unknown> =>
      (await configOf({ "config.arc": text }, app)).config?.access;
    expect((await configOf({}, app)).config?.access).toBeNull();
    expect(await accessOf("@access\n")).toEqual({
      tables: [],
      events: [],
      queues: [],
      hasConnections: false,
      hasRooms: false,
      staticFiles: "none",
    });
    expect(
      await accessOf(
        "@access\ntables\n  cats read\n  dogs\nevents fed\nqueues mail\nconnections\nrooms\nstatic\n",
      ),
    ).toEqual({
      tables: [
        { name: "cats", isReadOnly: true },
        { name: "dogs", isReadOnly: false },
      ],
      events: ["fed"],
      queues: ["mail"],
      hasConnections: true,
      hasRooms: true,
      staticFiles: "write",
    });
    expect(await accessOf("@access\nstatic read\n")).toMatchObject({ staticFiles: "read" });
    expect(await accessOf("@access\ntables cats dogs\nconnections false\n")).toMatchObject({
      tables: [{ name: "cats" }, { name: "dogs" }],
      hasConnections: false,
    });
  });

  test("is reported when it gives access to what there is not", async () => {
    const { reported: mistakes } = await configOf(
      { "config.arc": "@access\ntables\n  cat\n  cats write\nqueue mail\n" },
      "@tables\ncats\n  id *String\n",
    );
    expect(mistakes).toEqual([
      `${folder}/config.arc:3:3 error access-invalid: the app has no table "cat": did you mean "cats"?`,
      `${folder}/config.arc:4:8 error access-invalid: "write" is not a valid kind of access: use read`,
      `${folder}/config.arc:5:1 error access-invalid: "queue" is not a valid kind of resource: use tables, events, queues, connections, rooms, static`,
    ]);
  });

  test.each(names.map(([file]) => file))("is reported when %s cannot be read", async (file) => {
    const { config, reported: mistakes } = await configOf({ [`${file}/`]: "" });
    expect(config).toBeUndefined();
    expect(mistakes).toEqual([
      `error manifest-unreadable: ${folder}/${file} cannot be read: it is a folder`,
    ]);
  });
});
