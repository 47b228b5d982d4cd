import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runCli } from "../../../../test/helpers/cli-process.ts";
import {
  linkDependencies,
  temporaryFolder,
  writeTree,
} from "../../../../test/helpers/temporary-folder.ts";

const jest = fileURLToPath(new URL("../../../../node_modules/jest/bin/jest.js", import.meta.url));

/** What Jest reported, with its exit code. */
async function runJest(
  root: string,
  ...flags: string[]
): Promise<{ code: number; output: string }> {
  const { PATH = "", HOME = "" } = process.env;
  const script = [...flags, jest, "--testRegex", String.raw`test/.*\.jest\.[cm]?js$`];
  return promisify(execFile)(process.execPath, script, { cwd: root, env: { PATH, HOME } }).then(
    ({ stderr }) => ({ code: 0, output: stderr }),
    (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
  );
}

const manifest = `@app
jested

@ws
say
  response true
fail

@tables
messages
  id *String
`;

const handlers = {
  ".arc": manifest,
  "src/ws/say/index.mjs": `import { action, tables } from "@arclet/functions";
export const handler = action(async ({ text }) => {
  const { messages } = await tables();
  await messages.put({ id: text });
  return { length: text.length, at: Date.now() };
});
`,
  "src/ws/fail/index.mjs": `import { action } from "@arclet/functions";
export const handler = action(async () => {
  deep();
});
function deep() {
  throw new Error("too deep");
}
`,
};

const body = `
let app;
beforeAll(async () => {
  app = await startApp({ silent: true });
});
afterAll(() => app.close());

test("answers, keeps rows, and closes an idle socket", async () => {
  const ada = await app.connect();
  const before = app.clock.now();
  const answer = await ada.say({ text: "hello" });
  expect(answer).toStrictEqual({ length: 5, at: expect.any(Number) });
  expect(answer.at).toBeGreaterThanOrEqual(before);
  expect(await app.tables.messages.scan()).toStrictEqual([{ id: "hello" }]);
  await app.clock.advance("10m");
  expect(await ada.closed).toMatchObject({ code: 1001 });
});

test("reports the function's own stack", async () => {
  const ada = await app.connect();
  const error = await ada.fail().catch((reason) => reason);
  expect(error).toBeInstanceOf(CallError);
  expect(error.stack).toMatch(/too deep[^]*deep \\(.*src\\/ws\\/fail\\/index\\.mjs/);
  await expect(app.invoke("ws/nobody")).rejects.toThrow('has no function "ws/nobody"');
});
`;

test("the kit runs under Jest, with require and, where Jest has modules, with import", async () => {
  await using folder = await temporaryFolder(handlers);
  expect(await runCli(["init", folder.path])).toMatchObject({ code: 0 });
  await linkDependencies(folder.path);
  await writeTree(folder.path, {
    "test/app.jest.cjs": `const { CallError, startApp } = require("arclet/testing");\n${body}`,
    "test/other.jest.cjs": `const { CallError, startApp } = require("arclet/testing");\n${body}`,
  });
  const common = await runJest(folder.path);
  expect(common.output).toMatch(/Tests: +4 passed, 4 total/);
  expect(common).toMatchObject({ code: 0 });

  await writeTree(folder.path, {
    "test/app.jest.mjs": `import { CallError, startApp } from "arclet/testing";\n${body}`,
    "test/wrong.jest.mjs": `import { startApp } from "arclet/testing";
let app;
afterAll(() => app.close());
test("fails", async () => {
  app = await startApp();
  const ada = await app.connect();
  expect(await ada.say({ text: "hi" })).toMatchObject({ length: 3 });
});
`,
  });
  const modules = await runJest(folder.path, "--experimental-vm-modules");
  expect(modules.output).toMatch(/Tests: +1 failed, 6 passed, 7 total/);
  expect(modules.output).toMatch(/wrong\.jest\.mjs:7:/);
  expect(modules).toMatchObject({ code: 1 });
}, 120_000);
