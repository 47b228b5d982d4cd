import { functionConfigWith } from "../../../../test/helpers/model.mjs";
import { FunctionInvoker, type FailedStart } from "../../src/execution/function-invoker.ts";
import type { SubmittedInvocation } from "../../src/execution/invoker.ts";
import type { InvocationResult } from "../../src/invocation.ts";
import { createTestClock, type TestClock } from "../../src/test-clock.ts";
import { Traffic } from "../../src/traffic/traffic.ts";
import { createFakeStrategy, type FakeOptions, type FakeStrategy } from "./fake-strategy.ts";

export interface FakeFunctionOptions extends FakeOptions {
  /** @default 2 */
  readonly maxEnvironments?: number;
  /** @default 1 */
  readonly concurrency?: number;
  /** Seconds. @default 3 */
  readonly timeout?: number;
  readonly reserved?: number;
  /** @default "fn" */
  readonly functionId?: string;
}

/** An invocation with what became of it. */
export interface Submitted extends SubmittedInvocation {
  readonly name: string;
  readonly source: object | null;
  readonly results: InvocationResult[];
}

export interface FakeFunction {
  readonly strategy: FakeStrategy;
  readonly clock: TestClock;
  readonly traffic: Traffic;
  readonly invoker: FunctionInvoker;
  readonly submit: (name: string, source?: object) => Submitted;
  /** Names of those that have begun, in order. */
  readonly begun: () => readonly string[];
  /** Puts another build in place. */
  readonly reload: () => Promise<FailedStart | null>;
}

/** One function in a real invoker, with environments that do what a test says. */
export async function createFakeFunction(options: FakeFunctionOptions = {}): Promise<FakeFunction> {
  const strategy = createFakeStrategy(options);
  const clock = createTestClock();
  const traffic = new Traffic();
  const {
    functionId = "fn",
    maxEnvironments = 2,
    concurrency = 1,
    timeout = 3,
    reserved = null,
  } = options;
  const invoker = new FunctionInvoker({
    strategy,
    clock,
    traffic,
    channel: { request: () => "gone" },
    maxEnvironments,
    concurrencyPerEnvironment: concurrency,
  });
  let builds = 0;
  const reload = (): Promise<FailedStart | null> =>
    invoker.setFunction({
      functionId,
      functionName: "app-testing-fn",
      config: functionConfigWith({ timeout, concurrency: reserved }),
      variables: {},
      built: {
        functionId,
        directory: "/build",
        sourceDirectory: "/src",
        handler: "index.handler",
        entry: "/build/index.mjs",
        format: "esm",
        hash: String(builds++),
        inputs: [],
      },
    });
  await reload();
  return {
    strategy,
    clock,
    traffic,
    invoker,
    reload,
    submit(name, source) {
      const results: InvocationResult[] = [];
      const payload = JSON.stringify(name);
      const submitted = invoker.submit(functionId, payload, source ?? null, (result) =>
        results.push(result),
      );
      return { name, source: source ?? null, results, withdraw: () => submitted.withdraw() };
    },
    begun: () => strategy.begun.map(({ event }) => String(JSON.parse(event.toString()))),
  };
}
