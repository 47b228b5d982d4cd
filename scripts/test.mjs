// `npm test`: set up, check, test (a real browser included). The last line tells the result.
//   --tests-only   leave the static checks out (lanes on other Node versions)
import { spawnSync } from "node:child_process";
import process from "node:process";
import { ensureChromium } from "./chromium.mjs";
import { messageOf, root, setUp } from "./setup.mjs";

const checks = ["types", "lint", "format", "unused", "packages"];

let passed = 0;
let failed = 0;
try {
  await setUp();
} catch (error) {
  console.error(messageOf(error));
  console.log("0 passed, 1 failed");
  process.exit(1);
}

if (!process.argv.includes("--tests-only")) {
  for (const check of checks) {
    const run = spawnSync("npm", ["run", "--silent", `check:${check}`], {
      cwd: root,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    if (run.status === 0) {
      passed++;
      console.log(`check:${check} passed`);
    } else {
      failed++;
      console.log(`${run.stdout}${run.stderr}check:${check} FAILED`);
    }
  }
}

if (ensureChromium() === null) {
  console.log("No Chromium found: install it, or name it in CHROMIUM_PATH. Browser tests fail.");
}

process.chdir(root);
// Not at the top: a fresh clone has no Vitest before it is set up.
const { runTests } = await import("./run-tests.mjs");
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const counts = await runTests("vitest.config.ts", filters);
passed += counts.passed;
failed += counts.failed;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
