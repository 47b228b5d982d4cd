import { expect } from "vitest";
import type { ExecutionStrategy } from "../../src/execution/execution-strategy.ts";
import type { TrafficEvent } from "../../src/traffic/traffic-event.ts";
import type { ConformanceTest } from "./conformance-test.ts";
import { runFunction, type Source } from "./harness.ts";

/** Writes with every method, then ends with a line that tells that all was written. */
const everyLevel = `export const handler = async (event, context) => {
  for (const method of ["trace", "debug", "log", "info", "warn", "error", "fatal"])
    console[method](method);
  process.stdout.write("end\\n");
  return context.awsRequestId;
};`;

/** What Lambda makes of what functions log, and what it tells of their memory. */
export function runLogTests(conforms: ConformanceTest, create: () => ExecutionStrategy): void {
  /** Lines of the standard output of one invocation, up to its last one. */
  async function linesOf(source: Source): Promise<{ lines: readonly string[]; value: unknown }> {
    const { value, logs, logged } = await runFunction(create(), source);
    const told = await value();
    await logged("end\n");
    const stdout = logs.filter(({ stream, text }) => stream === "stdout" && text !== "end\n");
    return { lines: stdout.map(({ text }) => text), value: told };
  }

  conforms("console writes objects with the log format JSON", async () => {
    const { lines, value } = await linesOf({
      code: everyLevel,
      config: { logFormat: "JSON", applicationLogLevel: "TRACE" },
    });
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      [
        ["TRACE", "trace"],
        ["DEBUG", "debug"],
        ["INFO", "log"],
        ["INFO", "info"],
        ["WARN", "warn"],
        ["ERROR", "error"],
        ["FATAL", "fatal"],
      ].map(([level, message]) => ({ timestamp, level, requestId: value, message })),
    );
  });

  conforms("one value is told as it is, several as text, errors with type and stack", async () => {
    const code = `class Refusal extends Error { code = 7; }
    export const handler = async () => {
      console.log({ a: [1, { b: null }] });
      console.log("%s and", "one", { two: 2 });
      console.error(new Refusal("no"));
      console.error("failed:", new RangeError("far"));
      const cycle = {}; cycle.self = cycle;
      console.log(cycle);
      process.stdout.write("end\\n");
    };`;
    const { lines } = await linesOf({ code, config: { logFormat: "JSON" } });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: "INFO", message: { a: [1, { b: null }] } },
      { message: "one and { two: 2 }" },
      {
        level: "ERROR",
        message: {
          errorType: "Refusal",
          errorMessage: "no",
          stackTrace: expect.arrayContaining(["Error: no"]),
          code: 7,
        },
      },
      {
        message: expect.stringMatching(/^failed: RangeError: far\n/),
        errorType: "RangeError",
        errorMessage: "far",
        stackTrace: expect.arrayContaining(["RangeError: far"]),
      },
      { message: expect.stringContaining("[Circular *1]") },
    ]);
  });

  conforms("what is below the log level is not written, INFO by default", async () => {
    const levelsOf = async (config: Source["config"]): Promise<unknown[]> => {
      const { lines } = await linesOf({ code: everyLevel, ...(config ? { config } : {}) });
      return lines.map((line) => (JSON.parse(line) as { level: string }).level);
    };
    expect(await levelsOf({ logFormat: "JSON" })).toEqual([
      "INFO",
      "INFO",
      "WARN",
      "ERROR",
      "FATAL",
    ]);
    expect(await levelsOf({ logFormat: "JSON", applicationLogLevel: "FATAL" })).toEqual(["FATAL"]);
  });

  conforms("the level may be set by its variable, in text too", async () => {
    const { lines } = await linesOf({
      code: everyLevel,
      variables: { AWS_LAMBDA_LOG_LEVEL: "WARN" },
    });
    expect(lines).toEqual([]);
  });

  conforms("lines of text are as they were written, and console.fatal is there", async () => {
    const { value, logs, logged } = await runFunction(create(), { code: everyLevel });
    const requestId = await value();
    expect(await logged("fatal")).toMatchObject({ stream: "stderr", text: "fatal\n", requestId });
    await logged("end\n");
    const stdout = logs.filter(({ stream }) => stream === "stdout");
    expect(stdout.map(({ text }) => text)).toEqual(["debug\n", "log\n", "info\n", "end\n"]);
  });

  conforms("memory is measured only when a listener asks for it", async () => {
    const code = `const kept = [];
    export const handler = async () => { kept.push(Buffer.alloc(32 * 1024 * 1024, 1)); };`;
    const { invoke, traffic } = await runFunction(create(), { code });
    const told: (number | null)[] = [];
    const note = (event: TrafficEvent): void => {
      if (event.type === "invoked") told.push(event.usedMemoryMb);
    };
    const stop = traffic.listen(note);
    await invoke();
    stop();
    traffic.listen(note, { memory: true });
    await invoke();
    await invoke();
    const [unasked, second = 0, third = 0] = told;
    expect(unasked).toBeNull();
    expect(second).toBeGreaterThanOrEqual(64);
    expect(third).toBeGreaterThanOrEqual((second ?? 0) + 24);
  });
}
