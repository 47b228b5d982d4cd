import { join } from "node:path";
import { startVitest } from "vitest/node";
import { root } from "./setup.mjs";

/** Runs the tests of a configuration of Vitest, those whose path has a filter in it; counts them. */
export async function runTests(config, filters) {
  const counts = { passed: 0, failed: 0 };
  const vitest = await startVitest("test", filters, { watch: false, config: join(root, config) });
  const modules = vitest.state.getTestModules();
  for (const module of modules) {
    if (module.errors().length > 0) counts.failed++;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") counts.passed++;
      else if (state === "failed") counts.failed++;
    }
  }
  counts.failed += vitest.state.getUnhandledErrors().length;
  if (modules.length === 0) counts.failed++;
  await vitest.close();
  return counts;
}
