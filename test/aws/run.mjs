// Runs test/aws against MiniStack, an emulator of AWS, on loopback: `npm run test:aws [filter …]`.
// Needs Python 3 with venv and, the first time, PyPI. The last line tells the result.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { emulatorCache, emulatorVariables, startEmulator } from "../../scripts/emulator.mjs";
import { root, setUp } from "../../scripts/setup.mjs";

/** Where tests keep the templates that they make. */
const templates = join(emulatorCache, "templates");

let counts = { passed: 0, failed: 1 };
let emulator = null;
try {
  await setUp();
  emulator = await startEmulator();
  process.chdir(root);
  rmSync(templates, { recursive: true, force: true });
  mkdirSync(templates);
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, emulatorVariables(emulator.endpoint), {
    ARCLET_TEST_CFN_LINT: join(emulatorCache, "bin", "cfn-lint"),
    ARCLET_TEST_TEMPLATES: templates,
  });
  // Not at the top: a fresh clone has no Vitest before it is set up.
  const { runTests } = await import("../../scripts/run-tests.mjs");
  counts = await runTests("vitest.aws.config.ts", process.argv.slice(2));
  lintTemplates();
  if (counts.failed > 0) console.log(`\nThe end of MiniStack's log:\n${emulator.log()}`);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
} finally {
  await emulator?.stop();
}
console.log(`test:aws: ${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

/** cfn-lint's word on every template that the tests made. */
function lintTemplates() {
  const files = readdirSync(templates).map((name) => join(templates, name));
  if (files.length === 0) return;
  const { status } = spawnSync(
    process.env.ARCLET_TEST_CFN_LINT,
    ["--regions", "us-east-1", "--", ...files],
    { stdio: "inherit" },
  );
  console.log(`cfn-lint: ${files.length} templates, ${status === 0 ? "no findings" : "FAILED"}`);
  if (status === 0) counts.passed += 1;
  else counts.failed += 1;
}
