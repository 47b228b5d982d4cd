import { once } from "node:events";
import { watch } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { ExecutionStrategy } from "../../src/execution/execution-strategy.ts";
import { createTestClock } from "../../src/test-clock.ts";
import type { ConformanceTest } from "./conformance-test.ts";
import { runFunction, type Source } from "./harness.ts";

/** Stays in its load, unless it has been there before. */
const slowLoad = `import { existsSync, writeFileSync } from "node:fs";
const mark = process.env.MARK;
const isAgain = existsSync(mark);
writeFileSync(mark, "");
process.stdout.write("loading\\n");
if (!isAgain) await new Promise(() => setInterval(() => {}, 1000));
export const handler = async () => "loaded at last";`;

/** How handlers are found and loaded. */
export function runLoadTests(conforms: ConformanceTest, create: () => ExecutionStrategy): void {
  const failsToLoad = (name: string, source: Source, expected: object): void => {
    conforms(name, async () => {
      const { invoke } = await runFunction(create(), source);
      expect(await invoke()).toMatchObject({ ok: false, kind: "init", ...expected });
    });
  };

  conforms("a handler may be nested in an export", async () => {
    const code = "export const api = { v1: { run: async () => 'nested' } };";
    const { value } = await runFunction(create(), { code, handler: "index.api.v1.run" });
    expect(await value()).toBe("nested");
  });

  conforms("a handler may be in a folder, of either kind of module", async () => {
    for (const [format, code] of [
      ["cjs", "module.exports = { api: { run: async () => __filename } };"],
      ["esm", "export const api = { run: async () => import.meta.url };"],
    ] as const) {
      const file = `lib/app.${format === "esm" ? "mjs" : "cjs"}`;
      const { value } = await runFunction(create(), {
        code,
        format,
        file,
        handler: "lib/app.api.run",
      });
      expect(await value()).toMatch(file);
    }
  });

  conforms("what an ES module exports as default is not looked through", async () => {
    const code = "export default { handler: async () => 'by default' };";
    const { invoke } = await runFunction(create(), { code });
    expect(await invoke()).toMatchObject({
      ok: false,
      errorType: "Runtime.HandlerNotFound",
      errorMessage: "index.handler is undefined or not exported",
    });
  });

  conforms("a module may await before it exports", async () => {
    const code =
      "const name = await Promise.resolve('Tom'); export const handler = async () => name;";
    const { value } = await runFunction(create(), { code });
    expect(await value()).toBe("Tom");
  });

  failsToLoad(
    "a missing export is Runtime.HandlerNotFound",
    { code: "export const other = 1;" },
    {
      errorType: "Runtime.HandlerNotFound",
      errorMessage: "index.handler is undefined or not exported",
    },
  );
  failsToLoad(
    "an export that is no function is Runtime.HandlerNotFound",
    { code: "export const handler = 1;" },
    { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is not a function" },
  );
  failsToLoad(
    "a missing CommonJS module is Runtime.ImportModuleError",
    { code: "require('no-such-package'); exports.handler = async () => 1;", format: "cjs" },
    {
      errorType: "Runtime.ImportModuleError",
      errorMessage: expect.stringMatching(/^Error: Cannot find module 'no-such-package'/),
    },
  );
  failsToLoad(
    "a package that an ES module misses is named",
    { code: "import 'no-such-package'; export const handler = async () => 1;" },
    {
      errorType: "Error",
      errorMessage: expect.stringMatching(/^Cannot find package 'no-such-package'/),
    },
  );
  failsToLoad(
    "code that does not parse is Runtime.UserCodeSyntaxError",
    { code: "export const handler = async () => {" },
    { errorType: "Runtime.UserCodeSyntaxError" },
  );
  failsToLoad(
    "an error thrown while loading is the init's failure",
    { code: "throw new TypeError('no config')" },
    { errorType: "TypeError", errorMessage: "no config" },
  );
  failsToLoad(
    "a streaming handler is refused",
    {
      code: `export const handler = async () => 1;
      handler[Symbol.for("aws.lambda.runtime.handler.streaming")] = "response";`,
    },
    { errorType: "Runtime.StreamingNotSupported" },
  );

  conforms("process.exit while loading is the init's failure", async () => {
    const { invoke } = await runFunction(create(), { code: "process.exit(3);" });
    expect(await invoke()).toMatchObject({
      kind: "init",
      errorType: "Runtime.ExitError",
      errorMessage: "Runtime exited with error: exit status 3",
    });
  });

  conforms("after a failed init the next invocation tries again", async () => {
    const { invoke } = await runFunction(create(), { code: "throw new Error('again')" });
    expect(await invoke()).toMatchObject({ errorMessage: "again" });
    expect(await invoke()).toMatchObject({ errorMessage: "again" });
  });

  conforms(
    "an init of more than ten seconds is tried again, as a part of the invocation",
    async () => {
      const clock = createTestClock();
      const fn = await runFunction(create(), null, { clock });
      const MARK = join(fn.sourceDirectory, "mark");
      await fn.set({ code: slowLoad, variables: { MARK } });
      const value = fn.value();
      await fn.logged("loading");
      await clock.advance("9999ms");
      await clock.advance("1ms");
      expect(await value).toBe("loaded at last");
    },
  );

  conforms("an init that never ends is the invocation's time-out", async () => {
    const clock = createTestClock();
    const code = `process.stdout.write("loading\\n");
    await new Promise(() => setInterval(() => {}, 1000));
    export const handler = async () => 1;`;
    const fn = await runFunction(create(), { code, config: { timeout: 3 } }, { clock });
    const result = fn.invoke();
    await fn.logged("loading");
    await clock.advance("10s");
    await fn.logged("loading", 2);
    await clock.advance("3s");
    expect(await result).toMatchObject({
      kind: "timeout",
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        /^RequestId: \S+ Error: Task timed out after 3\.00 seconds$/,
      ),
    });
  });

  conforms("an endless loop in the init is ended as well", async () => {
    const clock = createTestClock();
    const fn = await runFunction(create(), null, { clock });
    const watcher = watch(fn.sourceDirectory);
    const changed = once(watcher, "change");
    const MARK = join(fn.sourceDirectory, "mark");
    const code = `import { existsSync, writeFileSync } from "node:fs";
    const isAgain = existsSync(process.env.MARK);
    writeFileSync(process.env.MARK, "");
    while (!isAgain) {}
    export const handler = async () => "loaded";`;
    await fn.set({ code, variables: { MARK } });
    const value = fn.value();
    await changed;
    watcher.close();
    await clock.advance("10s");
    expect(await value).toBe("loaded");
  });
}
