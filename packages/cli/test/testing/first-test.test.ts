import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../../test/helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../../../../test/helpers/temporary-folder.ts";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** `npm run …` of a new app, without what the runner of this test sets. */
async function runScript(root: string, name: string): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const run = promisify(execFile)(npm, ["run", name], { cwd: root, env: { PATH, HOME } });
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    },
  );
}

describe("a new app", () => {
  test("has a first test, which npm test runs", async () => {
    await using folder = await temporaryFolder();
    await runCli(["init", folder.path]);
    await linkDependencies(folder.path);
    expect(await runScript(folder.path, "test")).toMatch(
      /# pass 2[\s\S]*# fail 0|pass 2[\s\S]*fail 0/,
    );
  }, 120_000);

  test("in TypeScript checks its types from a fresh clone, and runs its test", async () => {
    await using folder = await temporaryFolder();
    await runCli(["init", folder.path, "--typescript"]);
    await linkDependencies(folder.path);
    await runScript(folder.path, "typecheck");
    expect(await readFile(join(folder.path, ".arclet/types/app.d.ts"), "utf8")).toContain(
      "export interface App",
    );
    expect(await runScript(folder.path, "test")).toMatch(/2 passed/);
  }, 120_000);
});
