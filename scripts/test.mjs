// `npm test`: set up, check, test (a real browser included). The last line tells the result.
//   --tests-only   leave the static checks out (lanes on other Node versions)
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { ensureChromium } from "./chromium.mjs";
import { root, setUp } from "./setup.mjs";

const checks = ["types", "lint", "format", "unused", "packages"];

let passed = 0;
let failed = 0;
try {
  setUp();
} catch {
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
const { startVitest } = await import("vitest/node");
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const vitest = await startVitest("test", filters, {
  watch: false,
  config: join(root, "vitest.config.ts"),
});
for (const module of vitest.state.getTestModules()) {
  if (module.errors().length > 0) failed++;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") passed++;
    else if (state === "failed") failed++;
  }
}
failed += vitest.state.getUnhandledErrors().length;
if (vitest.state.getTestModules().length === 0) failed++;
await vitest.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
