import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { filesOfPage, textOfPage } from "../pages/page-files.ts";
import { architectFunctions, projectWith } from "./architect-app.ts";
import { expectGuestbook } from "./guestbook.ts";

// test/aws/architect-recipe.test.ts runs the same app with Architect's own sandbox, and moves its stack.
test("after the move from Architect, the guestbook of the recipe does what it did", async () => {
  const page = "recipes/from-architect.md";
  await using project = await projectWith(filesOfPage(page), await architectFunctions(8));
  const [setScripts = ""] = /^npm pkg set .*$/m.exec(textOfPage(page)) ?? [];
  await promisify(execFile)("sh", ["-c", setScripts], { cwd: project.path });
  const { scripts } = JSON.parse(await readFile(join(project.path, "package.json"), "utf8")) as {
    readonly scripts: { readonly start: string; readonly deploy: string };
  };
  expect(scripts).toEqual({ start: "arclet dev", deploy: "arclet deploy" });

  const checked = await runCli(["check"], { cwd: project.path });
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.output).not.toMatch(/warning/i);
  const args = scripts.start.split(" ").slice(1);
  await using cli = new CliProcess([...args, "--port", "0"], { cwd: project.path });
  const [url] = await cli.waitFor(/http:\/\/localhost:\d+/);
  await expectGuestbook(url);
});
