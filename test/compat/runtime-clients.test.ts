import { execFile } from "node:child_process";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { ExecutionStrategy } from "../../packages/runtime/dist/execution/execution-strategy.js";
import { createChildProcessStrategy } from "../../packages/runtime/dist/execution/child-process/strategy.js";
import { ensureEnvironment } from "../../scripts/python.mjs";
import { runFunction, type Source } from "../../packages/runtime/test/execution/harness.ts";

// AWS's own runtime clients, as Lambda runs them, against our Runtime API.

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../.cache/compat");

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * In the place of the native add-on, which only posts outcomes: the same requests with the same headers
 * as its C++ makes, blocking as it does. Everything else is AWS's code as published.
 */
const addOn = `
const { spawnSync } = require("node:child_process");
const post = (path, body, headers) => {
  const script = "process.stdin.setEncoding('utf8'); let body = ''; process.stdin.on('data', (text) => body += text)" +
    ".on('end', () => fetch(process.argv[1], { method: 'POST', body, headers: JSON.parse(process.argv[2]) }))";
  const url = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/" + path;
  spawnSync(process.execPath, ["-e", script, url, JSON.stringify(headers)], { input: body });
};
const type = { "content-type": "application/json" };
exports.done = (id, body) => post(id + "/response", body, type);
exports.error = (id, body, cause) =>
  post(id + "/error", body, { ...type, "lambda-runtime-function-xray-error-cause": cause });
`;

/** AWS's client for Node.js comes in two: one of callbacks, up to Node.js 22, and one without, from 24 on. */
const clients = [
  { version: "3.3.0", main: "bin/index.mjs", addOnFolder: "dist", runtime: "nodejs22.x" },
  { version: "4.0.2", main: "index.mjs", addOnFolder: ".", runtime: "nodejs24.x" },
];

describe.each(clients)("aws-lambda-ric $version, AWS's client of $runtime", (client) => {
  const folder = join(cache, `ric-${client.version}`);
  const installed = join(folder, "node_modules/aws-lambda-ric");
  const main = join(installed, client.main);
  const config = { runtime: client.runtime };

  beforeAll(async () => {
    await install();
    const stead = join(installed, client.addOnFolder, "rapid-client.node");
    await mkdir(stead, { recursive: true });
    await writeFile(join(stead, "index.js"), addOn);
    await writeFile(join(stead, "package.json"), '{ "type": "commonjs" }');
  });

  async function install(): Promise<void> {
    if (await isThere(main)) return;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "private": true }');
    // Its scripts compile libcurl and an add-on for minutes; see `addOn`.
    const name = `aws-lambda-ric@${client.version}`;
    await run("npm", ["install", "--ignore-scripts", "--no-audit", name], { cwd: folder });
  }

  const create = (): ReturnType<typeof createChildProcessStrategy> =>
    createChildProcessStrategy({ command: [process.execPath, main] });
  const variables = { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: "true" };

  test("invokes a handler, with its context", async () => {
    const code = `let count = 0;
    export const handler = async (event, context) => ({
      event,
      count: ++count,
      requestId: context.awsRequestId,
      arn: context.invokedFunctionArn,
      remaining: context.getRemainingTimeInMillis(),
      trace: process.env._X_AMZN_TRACE_ID,
    });`;
    const { value } = await runFunction(create(), { code, config, variables });
    expect(await value({ name: "Tom", text: "grüße" })).toMatchObject({
      event: { name: "Tom", text: "grüße" },
      count: 1,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      arn: "arn:aws:lambda:eu-west-1:123456789012:function:app-testing-ws-default",
      trace: expect.stringMatching(/^Root=1-[0-9a-f]+-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
    });
    const second = (await value()) as { count: number; remaining: number };
    expect(second.count).toBe(2);
    expect(second.remaining).toBeGreaterThan(0);
    expect(second.remaining).toBeLessThanOrEqual(10_000);
  });

  test("reports errors of handler, load and process", async () => {
    const code = `export const handler = async (event) => {
      if (event.exit) process.exit(4);
      throw new RangeError("too far");
    };`;
    const { invoke } = await runFunction(create(), { code, config, variables });
    expect(await invoke()).toMatchObject({
      kind: "handled",
      errorType: "RangeError",
      errorMessage: "too far",
      trace: expect.arrayContaining(["RangeError: too far"]),
    });
    expect(await invoke({ exit: true })).toMatchObject({ ok: false, kind: "unhandled" });
    const broken = await runFunction(create(), {
      code: "export const other = 1;",
      config,
      variables,
    });
    expect(await broken.invoke()).toMatchObject({
      kind: "init",
      errorType: "Runtime.HandlerNotFound",
    });
  });

  test("a streamed response is refused with a reason", async () => {
    const code = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write("part");
      stream.end();
    });`;
    const { invoke } = await runFunction(create(), { code, config, variables });
    expect(await invoke()).toMatchObject({ ok: false, errorType: "Runtime.StreamingNotSupported" });
  });

  test("our bootstrap and AWS's client write the same objects to the log", async () => {
    const code = `export const handler = async () => {
      for (const method of ["trace", "debug", "log", "info", "warn", "error"]) {
        console[method](method);
        console[method]({ method });
        console[method]("%d of %s", 1, method, [2]);
      }
      console.log();
      console.log(undefined, 1);
      console.log(1n);
      console.error(Object.assign(new RangeError("far"), { code: 7 }));
      console.error("why", new TypeError("bad"));
      console.fatal("end");
    };`;
    const source: Source = {
      code,
      config: { ...config, logFormat: "JSON", applicationLogLevel: "DEBUG" },
      variables,
    };
    const linesOf = async (strategy: ExecutionStrategy): Promise<unknown[]> => {
      const fn = await runFunction(strategy, source);
      await fn.invoke();
      await fn.logged('"message":"end"');
      return fn.logs.flatMap(({ text }) => {
        if (!text.startsWith("{")) return [];
        const { timestamp, requestId, ...line } = JSON.parse(text) as Record<string, unknown>;
        expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
        // Frames are those of either client.
        const frames = /,"\s+at [^"]*"|\\n\s+at [^"\\]*/g;
        return [JSON.parse(JSON.stringify(line).replaceAll(frames, "")) as unknown];
      });
    };
    const theirs = await linesOf(create());
    expect(theirs).toHaveLength(21);
    expect(await linesOf(createChildProcessStrategy())).toEqual(theirs);
  });

  test("our bootstrap and AWS's client report the same errors", async () => {
    const sources: Source[] = [
      { code: "export const handler = async () => { throw new TypeError('bad'); };" },
      { code: "export const handler = async () => { throw 'text'; };" },
      { code: "export const handler = async () => { throw null; };" },
      { code: "export const handler = async () => { const a = {}; a.a = a; return a; };" },
      { code: "export const other = 1;" },
      { code: "export const handler = 1;" },
      { code: "import 'no-such-package'; export const handler = async () => 1;" },
      { code: "export const handler = async () => {" },
      { code: "require('no-such-package');", format: "cjs" },
      { code: "exports.handler = async () => {", format: "cjs" },
      { code: "throw new TypeError('no config');" },
      { code: "throw 'text';" },
      { code: "export const handler = async () => process.exit(4);" },
      {
        code: `export const handler = async () => {
          setTimeout(() => { throw new TypeError("late"); }, 1);
          await new Promise(() => {});
        };`,
      },
      {
        code: `export const handler = async () => {
          Promise.reject(new TypeError("lost"));
          await new Promise(() => {});
        };`,
      },
      { code: "exports.handler = (e, c, done) => done('text');", format: "cjs" },
      { code: "export const handler = async () => ({ big: 1n });" },
      { code: "exports.handler = () => new Promise(() => {});", format: "cjs" },
      { code: "exports.handler = () => 1;", format: "cjs" },
      { code: "export const handler = async () => process.exit(0);" },
    ];
    for (const source of sources) {
      const theirs = await runFunction(create(), { ...source, config, variables });
      const ours = await runFunction(createChildProcessStrategy(), {
        ...source,
        config,
        variables,
      });
      const expected = await theirs.invoke();
      const given = await ours.invoke();
      const told = (result: typeof given): unknown =>
        result.ok
          ? result
          : {
              type: result.errorType,
              message: withoutBuild(result.errorMessage),
              // The Runtime API does not tell a crash from an error that was thrown.
              isInit: result.kind === "init",
            };
      expect({ code: source.code, told: told(given) }).toEqual({
        code: source.code,
        told: told(expected),
      });
    }
  });
});

/** Builds lie in folders of their own, which errors name, as do request ids and the client's own place. */
function withoutBuild(text: string): string {
  return text
    .replaceAll(/\/\S*\/build-\d+/g, "<build>")
    .replaceAll(/\n- \S+\/aws-lambda-ric\/\S+/g, "")
    .replace(/^RequestId: \S+/, "RequestId: <id>");
}

describe("awslambdaric, AWS's client for Python", () => {
  let python = "";

  beforeAll(() => {
    python = ensureEnvironment(join(cache, "python"), ["awslambdaric==4.2.2"]);
  });

  const config = { runtime: "python3.13" };
  const code = `
count = 0

def handler(event, context):
    global count
    count += 1
    print("hello", event["name"])
    if event["name"] == "fail":
        raise ValueError("no such cat")
    return {"count": count, "requestId": context.aws_request_id, "region": __import__("os").environ["AWS_REGION"]}
`;

  test("invokes a handler, logs and reports errors", async () => {
    const strategy = createChildProcessStrategy({ pythonPath: python });
    const fn = await runFunction(strategy, { code, config, file: "index.py" });
    const requestIds: unknown[] = [];
    for (const count of [1, 2]) {
      const value = await fn.value({ name: `Tom${count}` });
      expect(value).toMatchObject({ count, region: "eu-west-1" });
      requestIds.push((value as { requestId: string }).requestId);
      expect((await fn.logged(`hello Tom${count}`)).requestId).toBe(requestIds.at(-1));
    }
    expect(await fn.invoke({ name: "fail" })).toMatchObject({
      kind: "handled",
      errorType: "ValueError",
      errorMessage: "no such cat",
      trace: [expect.stringContaining("index.py")],
    });
    expect(await fn.value({ name: "after" })).toMatchObject({ count: 4 });
  });

  test.runIf(process.platform === "linux")("is ended when it takes too much memory", async () => {
    const hungry = `
import time
def handler(event, context):
    kept = []
    while event.get("name") == "hungry":
        kept.append(bytearray(b"x" * 4194304))
        time.sleep(0.001)
    return "fine"
`;
    const strategy = createChildProcessStrategy({ pythonPath: python });
    const fn = await runFunction(strategy, {
      code: hungry,
      config: { ...config, memory: 128, timeout: 60 },
      file: "index.py",
    });
    expect(await fn.invoke({ name: "hungry" })).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/signal: killed$/),
    });
    expect(await fn.value({})).toBe("fine");
  });

  test("an interpreter without the client gives a failure that tells what to install", async () => {
    const bare = join(cache, "python-bare");
    const interpreter = ensureEnvironment(bare, []);
    const strategy = createChildProcessStrategy({ pythonPath: interpreter });
    const { invoke } = await runFunction(strategy, { code, config, file: "index.py" });
    expect(await invoke({ name: "Tom" })).toMatchObject({
      kind: "init",
      errorType: "Runtime.InvalidEntrypoint",
      errorMessage: expect.stringContaining("-m pip install awslambdaric"),
    });
  });

  test("a missing interpreter gives a failure that names it", async () => {
    const strategy = createChildProcessStrategy({ pythonPath: "/nowhere/python" });
    const { invoke } = await runFunction(strategy, { code, config, file: "index.py" });
    expect(await invoke({ name: "Tom" })).toMatchObject({
      kind: "init",
      errorMessage: expect.stringContaining("/nowhere/python could not be started"),
    });
  });
});
