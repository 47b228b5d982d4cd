import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { apps, manifestOf, templateOf } from "../../packages/deploy/test/apps.ts";
import { bigApp, templatesOf } from "../../packages/deploy/test/big-app.ts";

// Missing in no run: the lane installs it.
const cfnLint = process.env["ARCLET_TEST_CFN_LINT"] ?? "cfn-lint";

/** What it finds in templates; it exits with another code than 0 when that is anything. */
async function lint(...templates: readonly unknown[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "arclet-lint-"));
  try {
    const files = templates.map((_, index) => join(folder, `template-${index}.json`));
    for (const [index, file] of files.entries())
      await writeFile(file, JSON.stringify(templates[index]));
    const run = promisify(execFile)(cfnLint, ["--regions", "us-east-1", "--", ...files]);
    const { stdout } = await run.catch((error: unknown) => {
      if (error instanceof Error && "stdout" in error && error.stdout !== "")
        return error as Error & { readonly stdout: string };
      throw error;
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.each(apps)("cfn-lint finds nothing in %s", async (_name, text) => {
  expect(await lint(templateOf(await manifestOf(text)))).toBe("");
});

test("cfn-lint finds nothing in the templates of 500 functions", async () => {
  const { root, nested } = templatesOf(await bigApp());
  expect(await lint(root, ...nested.values())).toBe("");
});

test("cfn-lint finds what is wrong", async () => {
  const template = templateOf(await manifestOf("@app\necho\n\n@ws\n"));
  const Resources = { ...template.Resources, Wrong: { Type: "AWS::SNS::Nothing" } };
  expect(await lint({ ...template, Resources })).toContain("AWS::SNS::Nothing");
});
