import { realpath } from "node:fs/promises";
import type { ConformanceTest } from "./conformance-test.ts";
import { describe, expect, test } from "vitest";
import type { ExecutionStrategy } from "../../src/execution/execution-strategy.ts";
import { runChannelTests } from "./conformance-channel.ts";
import { runLoadTests } from "./conformance-load.ts";
import { runLogTests } from "./conformance-logs.ts";
import { runFailureTests } from "./conformance-failure.ts";
import { runFunction } from "./harness.ts";

/** Names of the tests that a strategy does not meet, each with the reason. */
export type Skips = { readonly [testName: string]: string };

/** What every strategy must do, seen from the invoker. */
export function testExecutionStrategy(
  name: string,
  create: () => ExecutionStrategy,
  { skip = {} }: { readonly skip?: Skips } = {},
): void {
  const known = new Set<string>();
  const conforms: ConformanceTest = (testName, run) => {
    known.add(testName);
    const reason = skip[testName];
    const title = reason === undefined ? testName : `${testName} (${reason})`;
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the caller's sentence and assertions
    test.skipIf(reason !== undefined)(title, run);
  };
  describe(`${name} strategy`, () => {
    runCallTests(conforms, create);
    runLoadTests(conforms, create);
    runFailureTests(conforms, create);
    runChannelTests(conforms, create);
    runLogTests(conforms, create);
    test("skips only tests that exist", () => {
      expect(Object.keys(skip).filter((testName) => !known.has(testName))).toEqual([]);
    });
  });
}

function runCallTests(conforms: ConformanceTest, create: () => ExecutionStrategy): void {
  conforms("an async handler gets the event and its value is the result", async () => {
    const code = "export const handler = async (event) => ({ got: event.name });";
    const { value } = await runFunction(create(), { code });
    expect(await value({ name: "Tom" })).toEqual({ got: "Tom" });
  });

  conforms("a callback ends a plain handler once the event loop is empty", async () => {
    const code = `exports.handler = (event, context, callback) => {
      let late = "early";
      callback(null, { get late() { return late; } });
      setTimeout(() => { late = "late"; }, 5);
    };`;
    const { value } = await runFunction(create(), { code, format: "cjs" });
    expect(await value()).toEqual({ late: "late" });
    expect(await value()).toEqual({ late: "late" });
  });

  conforms("a callback ends at once when it does not wait for the event loop", async () => {
    const code = `exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false;
      globalThis.timer ??= setInterval(() => {}, 1000);
      callback(null, "at once");
    };`;
    const { value } = await runFunction(create(), { code, format: "cjs" });
    expect(await value()).toBe("at once");
    expect(await value()).toBe("at once");
  });

  conforms("a callback's error fails the invocation", async () => {
    const code = `exports.handler = (event, context, callback) => callback(new RangeError("no"));`;
    const { invoke } = await runFunction(create(), { code, format: "cjs" });
    expect(await invoke()).toMatchObject({
      ok: false,
      errorType: "RangeError",
      errorMessage: "no",
    });
  });

  conforms("up to Node.js 22 a plain return value is ignored, which is told once", async () => {
    const code = "exports.handler = () => 1;";
    const { value, logs } = await runFunction(create(), { code, format: "cjs" });
    expect(await value()).toBeNull();
    expect(await value()).toBeNull();
    expect(logs.map(({ kind, stream, text }) => [kind, stream, text])).toEqual([
      [
        "ignored-return",
        "stderr",
        expect.stringMatching(/^warning: Lambda ignores what this handler returned .* async/),
      ],
    ]);
  });

  conforms("a callback is waited for, several at a time too", async () => {
    const code = `exports.handler = (event, context, callback) => {
      setTimeout(() => callback(null, event.n), 20);
    };`;
    const { value } = await runFunction(create(), { code, format: "cjs" }, { concurrency: 3 });
    expect(await Promise.all([1, 2, 3].map((n) => value({ n })))).toEqual([1, 2, 3]);
  });

  conforms("the context's own ways to end are waited for", async () => {
    const code = `exports.handler = (event, context) => {
      setTimeout(() => context.succeed("done"), 20);
    };`;
    const { value } = await runFunction(create(), { code, format: "cjs" });
    expect(await value()).toBe("done");
  });

  conforms("a return value beside a callback is nothing to be told", async () => {
    const code = `exports.handler = (event, context, callback) =>
      setTimeout(() => callback(null, "called"), 1);`;
    const { value, logs } = await runFunction(create(), { code, format: "cjs" });
    expect(await value()).toBe("called");
    expect(logs).toEqual([]);
  });

  conforms("from Node.js 24 on a plain return value counts", async () => {
    const config = { runtime: "nodejs24.x" };
    const { value } = await runFunction(create(), {
      code: "export const handler = () => 1;",
      config,
    });
    expect(await value()).toBe(1);
  });

  conforms("from Node.js 24 on a handler with a callback is refused", async () => {
    const config = { runtime: "nodejs24.x" };
    const code = "export const handler = (event, context, callback) => callback(null, 1);";
    const { invoke } = await runFunction(create(), { code, config });
    expect(await invoke()).toMatchObject({ errorType: "Runtime.CallbackHandlerDeprecated" });
  });

  conforms("undefined becomes null", async () => {
    const { invoke } = await runFunction(create(), {
      code: "export const handler = async () => {};",
    });
    expect(await invoke()).toEqual({ ok: true, payload: "null" });
  });

  conforms("globals live on between invocations", async () => {
    const code = "let count = 0; export const handler = async () => ++count;";
    const { value } = await runFunction(create(), { code });
    expect([await value(), await value(), await value()]).toEqual([1, 2, 3]);
  });

  conforms("the working directory is the built folder, Lambda's task root", async () => {
    const code = `import { readFile } from "node:fs/promises";
    export const handler = async () => ({
      cwd: process.cwd(),
      root: process.env.LAMBDA_TASK_ROOT,
      own: (await readFile("./index.mjs", "utf8")).length,
    });`;
    const { value } = await runFunction(create(), { code });
    const { cwd, root, own } = (await value()) as { cwd: string; root: string; own: number };
    expect(own).toBe(code.length);
    expect(await realpath(cwd)).toBe(await realpath(root));
  });

  conforms("the environment is the function's alone", async () => {
    process.env["ARCLET_TEST_OF_THE_HOST"] = "secret";
    const code = "export const handler = async () => ({ ...process.env });";
    const variables = { MINE: "yes", AWS_LAMBDA_FUNCTION_NAME: "forged", _HANDLER: "forged" };
    const { value } = await runFunction(create(), { code, variables });
    const env = await value();
    delete process.env["ARCLET_TEST_OF_THE_HOST"];
    expect(env).toMatchObject({
      MINE: "yes",
      _HANDLER: "index.handler",
      AWS_LAMBDA_FUNCTION_NAME: "app-testing-ws-default",
      AWS_REGION: "eu-west-1",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
      AWS_LAMBDA_LOG_FORMAT: "Text",
      AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
      LANG: "en_US.UTF-8",
      TZ: ":UTC",
    });
    expect(env).not.toHaveProperty("AWS_LAMBDA_LOG_LEVEL");
    expect(env).not.toHaveProperty("ARCLET_TEST_OF_THE_HOST");
  });

  conforms("the context describes function and invocation", async () => {
    const code = `export const handler = async (event, context) => {
      const { getRemainingTimeInMillis } = context;
      return { ...context, remaining: getRemainingTimeInMillis() };
    };`;
    const { value } = await runFunction(create(), { code });
    const context = await value();
    expect(context).toMatchObject({
      functionName: "app-testing-ws-default",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:app-testing-ws-default",
      memoryLimitInMB: "256",
      logGroupName: "/aws/lambda/app-testing-ws-default",
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      awsRequestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      callbackWaitsForEmptyEventLoop: true,
    });
    const { remaining } = context as { remaining: number };
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(10_000);
  });

  conforms("the context has what ends an invocation up to Node.js 22 only", async () => {
    const code = `export const handler = async (event, context) =>
      ["done", "succeed", "fail", "callbackWaitsForEmptyEventLoop", "getRemainingTimeInMillis"]
        .filter((name) => name in context);`;
    const until22 = await runFunction(create(), { code });
    expect(await until22.value()).toEqual([
      "done",
      "succeed",
      "fail",
      "callbackWaitsForEmptyEventLoop",
      "getRemainingTimeInMillis",
    ]);
    const from24 = await runFunction(create(), { code, config: { runtime: "nodejs24.x" } });
    expect(await from24.value()).toEqual(["getRemainingTimeInMillis"]);
  });

  conforms("an app cannot set the variables that Lambda reserves", async () => {
    const names = [
      "_HANDLER",
      "AWS_DEFAULT_REGION",
      "AWS_REGION",
      "AWS_EXECUTION_ENV",
      "AWS_LAMBDA_FUNCTION_NAME",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
      "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_INITIALIZATION_TYPE",
      "AWS_LAMBDA_LOG_GROUP_NAME",
      "AWS_LAMBDA_LOG_STREAM_NAME",
      "LAMBDA_TASK_ROOT",
      "LAMBDA_RUNTIME_DIR",
    ];
    const code = `export const handler = async (names) => names.map((name) => process.env[name]);`;
    const variables = Object.fromEntries(names.map((name) => [name, "forged"]));
    const { value } = await runFunction(create(), { code, variables });
    const values = await value(names);
    expect(values).toEqual(names.map(() => expect.stringMatching(/^(?!forged$)./)));
  });

  conforms("each invocation has a trace id in its variable", async () => {
    const code = "export const handler = async () => process.env._X_AMZN_TRACE_ID;";
    const { value } = await runFunction(create(), { code });
    const traces = [await value(), await value()];
    const trace = /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/;
    expect(traces).toEqual([expect.stringMatching(trace), expect.stringMatching(trace)]);
    expect(new Set(traces).size).toBe(2);
  });

  conforms("invocations run one at a time, in order", async () => {
    const code = `let running = 0; const order = [];
    export const handler = async (event) => {
      order.push(event.n);
      const atOnce = ++running;
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return { atOnce, order };
    };`;
    const { value } = await runFunction(create(), { code });
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => value({ n })));
    expect(results.map((result) => (result as { atOnce: number }).atOnce)).toEqual([1, 1, 1, 1, 1]);
    expect(results.at(-1)).toMatchObject({ order: [1, 2, 3, 4, 5] });
  });

  conforms("as many invocations run at a time as the concurrency says", async () => {
    const code = `let waiting = [];
    export const handler = async (event) => {
      await new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 4) { for (const go of waiting) go(); waiting = []; }
      });
      console.log("log of " + event.n);
      return event.n;
    };`;
    const { value } = await runFunction(create(), { code }, { concurrency: 4 });
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => value({ n })))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });
}
