import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../../test/helpers/cli-process.ts";
import {
  linkDependencies,
  temporaryFolder,
  writeTree,
} from "../../../../test/helpers/temporary-folder.ts";

const compiler = fileURLToPath(
  new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url),
);

/** `src/page.ts(3,1): error …`, one a line. */
async function typeErrors(root: string, project = "."): Promise<string> {
  const checked = promisify(execFile)(process.execPath, [compiler, "--noEmit", "-p", project], {
    cwd: root,
  });
  return checked.then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

const manifest = `@app
typed

@ws
say
  response true
leave
vote
  response true

@rooms
room

@events
said

@queues
mails

@tables
messages
  id *String
`;

const server = {
  "src/ws/say/index.ts": `import { action, events, queues, rooms, tables, ws } from "@arclet/functions";
import { at } from "@shared/time";

export const handler = action(async ({ text }: { text: string; tags?: string[] }, event) => {
  const { messages } = await tables();
  await messages.put({ id: "1", text });
  await events.publish({ name: "said", payload: { text } });
  await queues.publish({ name: "mails", payload: { text } });
  await rooms.send({ room: "room:1", payload: { type: "said", text, by: "Ada" } });
  await ws.send({ id: event.requestContext.connectionId, payload: { type: "said", text, by: "" } });
  return { id: 7, at: at() };
});
`,
  "src/ws/leave/index.ts": `import { action } from "@arclet/functions";
export const handler = action(async () => {});
`,
  "src/ws/vote/index.js": `import { action } from "@arclet/functions";
export const handler = action(
  /** @param {{ option: number }} input */
  async (input) => ({ counted: input.option > 0 }),
);
`,
  "src/ws/default/index.ts": "export const handler = async () => ({ statusCode: 200 });\n",
  "src/shared/time.ts": "export const at = (): Date => new Date();\n",
  "src/shared/messages.ts": `export interface Messages {
  said: { text: string; by: string };
}
`,
  "src/shared/rows.ts": `export interface Rows {
  messages: { id: string; text: string };
}
`,
};

const page = `import { connect } from "@arclet/client";
import type { App } from "../.arclet/types/app.d.ts";

const app = connect<App>("wss://example.com");
const { id, at } = await app.say({ text: "hi" });
const sum: number = id + at.length;
const { counted } = await app.vote({ option: 1 });
const isCounted: boolean = counted;
await app.leave();
app.on("said", ({ text, by }) => [text.length, by.length]);
app.on("status", (status) => status === "open");
export { sum, isCounted };
`;

const pageSettings = JSON.stringify({
  compilerOptions: {
    target: "ES2022",
    module: "ESNext",
    moduleResolution: "Bundler",
    lib: ["ES2022", "DOM"],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
  include: ["."],
});

async function typedApp(): Promise<Awaited<ReturnType<typeof temporaryFolder>>> {
  const folder = await temporaryFolder({ ".arc": manifest, ...server });
  const init = await runCli(["init", folder.path, "--typescript"]);
  expect(init.code).toBe(0);
  await linkDependencies(folder.path);
  await writeTree(folder.path, { "page/page.ts": page, "page/tsconfig.json": pageSettings });
  return folder;
}

describe("arclet types", () => {
  test("writes what pages and functions are checked against, and only when it changes", async () => {
    await using folder = await typedApp();
    const wrote = await runCli(["types", folder.path]);
    expect(wrote).toMatchObject({ code: 0 });
    expect(wrote.output).toContain("wrote  .arclet/types/app.d.ts");
    const file = join(folder.path, ".arclet/types/app.d.ts");
    expect(await readFile(file, "utf8")).not.toContain("import");
    expect(await typeErrors(folder.path)).toBe("");
    expect(await typeErrors(folder.path, "page")).toBe("");
    const { mtimeMs, ino } = await stat(file);
    expect((await runCli(["types", folder.path])).output).toContain(
      "kept   .arclet/types/app.d.ts",
    );
    expect(await stat(file)).toMatchObject({ mtimeMs, ino });
  }, 120_000);

  test("a field that a handler renames is an error of the page and of the test", async () => {
    await using folder = await typedApp();
    await writeTree(folder.path, {
      "test/app.test.ts": `import { startApp } from "arclet/testing";
import type { App } from "../.arclet/types/app.d.ts";
const app = await startApp<App>();
const ada = await app.connect();
await ada.say({ text: "hi" });
const { text } = await ada.next("said");
const row = await app.tables.messages.get({ id: "1" });
export const length: number = text.length + (row?.text.length ?? 0);
`,
    });
    await runCli(["types", folder.path]);
    expect(await typeErrors(folder.path)).toBe("");
    const handler = server["src/ws/say/index.ts"]
      .replace("({ text }: { text: string;", "({ words: text }: { words: string;")
      .replace("return { id: 7,", "return { number: 7,");
    await writeTree(folder.path, { "src/ws/say/index.ts": handler });
    await runCli(["types", folder.path]);
    const errors = await typeErrors(folder.path, "page");
    expect(errors).toMatch(/page\/page\.ts\(5,9\).*'id' does not exist/);
    expect(errors).toMatch(/page\/page\.ts\(5,36\).*'text' does not exist/);
    expect(await typeErrors(folder.path)).toMatch(/test\/app\.test\.ts\(5,\d+\).*'text'/);
  }, 120_000);

  test("rejects names and shapes that the app does not have", async () => {
    await using folder = await typedApp();
    const wrong: Readonly<Record<string, string>> = {
      table: "(await tables()).mesages",
      row: 'await (await tables()).messages.put({ id: "1", txt: "" })',
      event: 'await events.publish({ name: "sayed", payload: 1 })',
      queue: 'await queues.publish({ name: "mail", payload: 1 })',
      room: 'await rooms.send({ room: "rom:1", payload: "" })',
      message: 'await ws.send({ id: "1", payload: { type: "sayed", text: "" } })',
      shape: 'await ws.send({ id: "1", payload: { type: "said", txt: "", by: "" } })',
    };
    const files = Object.entries(wrong).map(([name, code]) => [
      `src/wrong-${name}.ts`,
      `import { events, queues, rooms, tables, ws } from "@arclet/functions";\nexport const used = [events, queues, rooms, tables, ws];\nexport const run = async () => {\n  ${code};\n};\n`,
    ]);
    await writeTree(folder.path, {
      ...(Object.fromEntries(files) as Record<string, string>),
      "test/wrong-kit.ts": `import { startApp } from "arclet/testing";
import type { App } from "../.arclet/types/app.d.ts";
const app = await startApp<App>();
const ada = await app.connect();
await app.tables.mesages.scan();
await app.tables.messages.put({ id: "1", txt: "" });
await ada.sey({ text: "" });
await ada.say({ words: "" });
await ada.next("sayed");
(await ada.next("said")).txt;
`,
      "page/wrong.ts": `import { connect } from "@arclet/client";
import type { App } from "../.arclet/types/app.d.ts";
const app = connect<App>("wss://example.com");
await app.sey({ text: "" });
await app.say({ text: 1 });
await app.say();
app.on("sayed", () => {});
app.on("said", ({ txt }) => txt);
`,
    });
    await runCli(["types", folder.path]);
    const errors = await typeErrors(folder.path);
    for (const name of Object.keys(wrong)) expect(errors).toContain(`src/wrong-${name}.ts(4,`);
    const inTest = [...errors.matchAll(/wrong-kit\.ts\((\d+),/g)].map(([, line]) => line);
    expect(new Set(inTest)).toEqual(new Set(["5", "6", "7", "8", "9", "10"]));
    const lines = [...(await typeErrors(folder.path, "page")).matchAll(/wrong\.ts\((\d+),/g)];
    expect(new Set(lines.map(([, line]) => line))).toEqual(new Set(["4", "5", "6", "7", "8"]));
  }, 120_000);

  test("check reports results of actions whose routes have no response", async () => {
    await using folder = await typedApp();
    const silent = manifest.replace("say\n  response true", "say");
    await writeTree(folder.path, { ".arc": silent });
    const { code, output } = await runCli(["check", folder.path]);
    expect(code).toBe(0);
    expect(output).toMatch(/ws-response-missing|the action "say" has a result/);
    expect(output).not.toContain('"leave"');
    await writeTree(folder.path, { ".arc": manifest });
    expect((await runCli(["check", folder.path])).output).toContain("No errors found.");
  }, 120_000);

  test("needs no compiler: the names are known, input and output are any", async () => {
    await using folder = await temporaryFolder({ ".arc": manifest, ...server });
    const { code, output } = await runCli(["types", folder.path]);
    expect(code).toBe(0);
    expect(output).toContain("install typescript");
    const text = await readFile(join(folder.path, ".arclet/types/app.d.ts"), "utf8");
    expect(text).toContain("rows: {};");
    expect(text).toContain('"say": { input: any; output: any };');
    expect(text).toContain('tables: "messages";');
  });
});
