import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import { expect } from "vitest";
import type { FunctionConfig } from "@arclet/manifest";
import type { ExecutionStrategy } from "../../src/execution/execution-strategy.ts";
import type { ConformanceTest } from "./conformance-test.ts";
import { runFunction } from "./harness.ts";

const logStream = "AWS_LAMBDA_LOG_STREAM_NAME";

/** Processes that were started with this variable. */
async function countWithVariable(variable: string): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = (pid: string): Promise<string> =>
    readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  const environments = await Promise.all(pids.map(read));
  return environments.filter((text) => text.split("\0").includes(variable)).length;
}

const node24 = { runtime: "nodejs24.x" };

/** How handlers fail, and that the next invocation works all the same. */
export function runFailureTests(conforms: ConformanceTest, create: () => ExecutionStrategy): void {
  /** A handler that fails when the event says so. */
  const fails = (
    name: string,
    failing: string,
    expected: object,
    config: Partial<FunctionConfig> = {},
  ): void => {
    conforms(name, async () => {
      const code = `export const handler = async (event) => {
        if (event.fail) { ${failing} }
        return "fine";
      };`;
      const { invoke, value } = await runFunction(create(), {
        code,
        config: { timeout: 1, memory: 128, ...config },
      });
      expect(await value()).toBe("fine");
      expect(await invoke({ fail: true })).toMatchObject({ ok: false, ...expected });
      expect(await value()).toBe("fine");
    });
  };

  fails("a thrown error is reported with its stack", "throw new TypeError('bad');", {
    kind: "handled",
    errorType: "TypeError",
    errorMessage: "bad",
    trace: expect.arrayContaining(["TypeError: bad", expect.stringContaining("index.mjs")]),
  });
  fails("a rejection is reported", "await Promise.reject(new RangeError('far'));", {
    kind: "handled",
    errorType: "RangeError",
    errorMessage: "far",
  });
  fails("a thrown text is reported with its type", "throw 'just text';", {
    errorType: "string",
    errorMessage: "just text",
    trace: [],
  });
  fails("a thrown null is an error too", "throw null;", {
    errorType: "string",
    errorMessage: "handled",
  });
  fails(
    "a thrown null is reported from Node.js 24 on",
    "throw null;",
    { errorType: "object", errorMessage: "null" },
    node24,
  );
  fails(
    "a name that no header can carry is reported",
    "throw Object.assign(new Error('ü'), { name: 'Fehlér\\n' });",
    { errorType: "Fehlér\n", errorMessage: "ü" },
  );
  for (const [name, code] of [
    ["a result with a cycle", "const a = {}; a.a = a; return a;"],
    ["a result with a BigInt", "return { big: 1n };"],
    ["a result whose toJSON throws", "return { toJSON() { throw new RangeError('no') } };"],
  ] as const) {
    const errorMessage = "Unable to stringify response body";
    fails(`${name} is an error`, code, { kind: "handled", errorType: "Error", errorMessage });
    fails(
      `${name} is an error of its own name from Node.js 24 on`,
      code,
      { kind: "handled", errorType: "Runtime.JSONStringifyError", errorMessage },
      node24,
    );
  }
  fails("a result above 6 MB is an error", "return 'x'.repeat(6_291_556);", {
    errorType: "Function.ResponseSizeTooLarge",
  });
  fails(
    "a handler that never ends times out",
    "await new Promise(() => setInterval(() => {}, 50));",
    {
      kind: "timeout",
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
      ),
    },
  );
  fails("a promise that nothing can settle ends the invocation", "await new Promise(() => {});", {
    kind: "handled",
    errorType: "Runtime.NodeJsExit",
    errorMessage: expect.stringContaining("a Promise that was never settled"),
  });
  fails(
    "a promise that nothing can settle is an exit from Node.js 24 on",
    "await new Promise(() => {});",
    {
      kind: "unhandled",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(
        /^RequestId: \S+ Error: Runtime exited without providing a reason$/,
      ),
    },
    node24,
  );
  fails("an endless loop times out", "for (;;) {}", { kind: "timeout" });
  fails("process.exit ends the invocation", "process.exit(7);", {
    kind: "unhandled",
    errorType: "Runtime.ExitError",
    errorMessage: expect.stringMatching(
      /^RequestId: \S+ Error: Runtime exited with error: exit status 7$/,
    ),
  });
  fails(
    "an uncaught exception ends the invocation with its error",
    "setTimeout(() => { throw new TypeError('late'); }, 1); await new Promise(() => {});",
    { kind: "unhandled", errorType: "TypeError", errorMessage: "late" },
  );
  fails(
    "an unhandled rejection ends the invocation",
    "Promise.reject(new TypeError('lost')); await new Promise(() => {});",
    {
      kind: "unhandled",
      errorType: "Runtime.UnhandledPromiseRejection",
      errorMessage: "TypeError: lost",
    },
  );

  fails(
    "an uncaught exception is an exit from Node.js 24 on",
    "setTimeout(() => { throw new TypeError('late'); }, 1); await new Promise(() => {});",
    {
      kind: "unhandled",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/exited with error: exit status 1$/),
    },
    node24,
  );
  fails(
    "an unhandled rejection is an exit from Node.js 24 on",
    "Promise.reject(new TypeError('lost')); await new Promise(() => {});",
    {
      kind: "unhandled",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/exited with error: exit status 1$/),
    },
    node24,
  );

  conforms("a crash's stack is in the log from Node.js 24 on", async () => {
    const code = `export const handler = async () => {
      setTimeout(() => { throw new TypeError("late"); }, 1);
      await new Promise(() => {});
    };`;
    const { invoke, logged } = await runFunction(create(), { code, config: node24 });
    expect(await invoke()).toMatchObject({ errorType: "Runtime.ExitError" });
    expect(await logged("TypeError: late")).toMatchObject({ stream: "stderr" });
  });

  conforms(
    "a promise that nothing can settle, of a function that is not async, is null",
    async () => {
      const code = "exports.handler = () => new Promise(() => {});";
      const { value } = await runFunction(create(), { code, format: "cjs" });
      expect(await value()).toBeNull();
      expect(await value()).toBeNull();
    },
  );

  conforms("what keeps the event loop going is waited for", async () => {
    const code = `import { setTimeout as wait } from "node:timers/promises";
    import { readFile } from "node:fs/promises";
    export const handler = async (event) => {
      for (let turn = 0; turn < 10; turn++) {
        await wait(5);
        await readFile(new URL(import.meta.url));
      }
      return "waited";
    };`;
    const { value } = await runFunction(create(), { code });
    expect(await value()).toBe("waited");
    expect(await Promise.all([value(), value()])).toEqual(["waited", "waited"]);
  });

  const endsDetached = async (): Promise<void> => {
    const code = `import { spawn } from "node:child_process";
    export const handler = async (event) => {
      if (event.fail) process.exit(1);
      const nested = 'require("child_process").spawn(process.execPath, ["-e", "for (;;);"], { detached: true, stdio: "ignore" })';
      const child = spawn(process.execPath, ["-e", nested + "; console.log(String(1)); for (;;);"], {
        detached: true,
        stdio: ["ignore", "pipe", "ignore"],
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      return process.env.AWS_LAMBDA_LOG_STREAM_NAME;
    };`;
    const { invoke, value } = await runFunction(create(), { code });
    const stream = await value();
    const inheritors = (): Promise<number> => countWithVariable(`${logStream}=${String(stream)}`);
    expect(await inheritors()).toBeGreaterThanOrEqual(2);
    expect(await invoke({ fail: true })).toMatchObject({ errorType: "Runtime.ExitError" });
    await expect.poll(inheritors, { timeout: 20_000 }).toBe(0);
  };
  // Other systems do not show the variables of a process.
  if (process.platform === "linux")
    conforms("a program that it started in another process group ends with it", endsDetached);

  conforms("using up the memory ends the invocation", async () => {
    const code = `export const handler = async (event) => {
      const kept = [];
      while (event.fail) kept.push(new Array(100_000).fill(kept.length));
      return "fine";
    };`;
    const { invoke, value } = await runFunction(create(), {
      code,
      config: { timeout: 60, memory: 128 },
    });
    expect(await invoke({ fail: true })).toMatchObject({
      kind: "unhandled",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/exited with error: signal: (killed|aborted)$/),
    });
    expect(await value()).toBe("fine");
  });

  conforms("buffers count as memory too", async () => {
    const code = `export const handler = async (event) => {
      const kept = [];
      while (event.fail) {
        kept.push(Buffer.alloc(4 * 1024 * 1024, 1));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return "fine";
    };`;
    const { invoke, value } = await runFunction(create(), {
      code,
      config: { timeout: 60, memory: 128 },
    });
    expect(await invoke({ fail: true })).toMatchObject({
      kind: "unhandled",
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/exited with error: signal: killed$/),
    });
    expect(await value()).toBe("fine");
  });

  conforms("6 MB are allowed", async () => {
    const code = "export const handler = async () => 'x'.repeat(6_291_554);";
    const { invoke } = await runFunction(create(), { code });
    const result = await invoke();
    expect(result.ok && result.payload.length).toBe(6_291_556);
  });

  conforms("stopping ends what runs", async () => {
    const code = `export const handler = async () => {
      console.log("begun");
      await new Promise(() => setInterval(() => {}, 1000));
    };`;
    const { invoke, invoker, logged } = await runFunction(create(), { code });
    const result = invoke();
    await logged("begun");
    await invoker.close();
    expect(await result).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
  });
}
