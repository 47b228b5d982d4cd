import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuiltFunction } from "@arclet/builder";
import type { FunctionConfig } from "@arclet/manifest";
import { onTestFinished } from "vitest";
import { functionConfigWith } from "../../../../test/helpers/model.mjs";
import { createSystemClock, type Clock } from "../../src/clock.ts";
import type { ExecutionStrategy, GatewayChannel } from "../../src/execution/execution-strategy.ts";
import type { FunctionLog, InvocationResult } from "../../src/invocation.ts";
import { FunctionInvoker, type FailedStart } from "../../src/execution/function-invoker.ts";
import { Traffic } from "../../src/traffic/traffic.ts";

export interface Source {
  readonly code: string;
  readonly format?: "esm" | "cjs";
  readonly handler?: string;
  /** Name of the module. @default "index.mjs" or "index.cjs" */
  readonly file?: string;
  readonly variables?: Record<string, string>;
  readonly config?: Partial<FunctionConfig>;
}

export interface HarnessOptions {
  readonly concurrency?: number;
  readonly maxEnvironments?: number;
  readonly channel?: GatewayChannel;
  readonly clock?: Clock;
}

export const config: FunctionConfig = functionConfigWith({ memory: 256, timeout: 10 });

export interface Harness {
  readonly invoker: FunctionInvoker;
  readonly logs: readonly FunctionLog[];
  readonly traffic: Traffic;
  /** Folder of the function's sources, its working directory. */
  readonly sourceDirectory: string;
  /** Writes the code as a build of its own and puts it in place. */
  readonly set: (source: Source) => Promise<FailedStart | null>;
  readonly invoke: (event?: unknown) => Promise<InvocationResult>;
  /** The value that the handler gave; throws when it failed. */
  readonly value: (event?: unknown) => Promise<unknown>;
  /** Resolves with the first log that contains the text, or with a later one. */
  readonly logged: (text: string, number?: number) => Promise<FunctionLog>;
}

let builds = 0;

/** One function named `ws/default` in a real invoker, stopped with the test. */
export async function runFunction(
  strategy: ExecutionStrategy,
  source: Source | null,
  options: HarnessOptions = {},
): Promise<Harness> {
  const root = await mkdtemp(join(tmpdir(), "arclet-execution-"));
  const sourceDirectory = join(root, "src");
  await mkdir(sourceDirectory);
  const logs: FunctionLog[] = [];
  const waiting = new Set<() => void>();
  const traffic = new Traffic();
  const unsubscribe = traffic.listen((event) => {
    if (event.type !== "log") return;
    logs.push(event.log);
    for (const look of waiting) look();
  });
  const invoker = new FunctionInvoker({
    strategy,
    clock: options.clock ?? createSystemClock(),
    traffic,
    channel: options.channel ?? { request: () => "gone" },
    maxEnvironments: options.maxEnvironments ?? 1,
    concurrencyPerEnvironment: options.concurrency ?? 1,
  });
  onTestFinished(async () => {
    await invoker.close();
    unsubscribe();
    await rm(root, { recursive: true });
  });
  const harness: Harness = {
    invoker,
    logs,
    traffic,
    sourceDirectory,
    async set(given) {
      return invoker.setFunction({
        functionId: "ws/default",
        functionName: "app-testing-ws-default",
        region: "eu-west-1",
        config: { ...config, ...given.config },
        variables: given.variables ?? {},
        built: await writeBuild(root, sourceDirectory, given),
      });
    },
    invoke: (event = {}) => invoker.invoke("ws/default", JSON.stringify(event)),
    async value(event) {
      const result = await harness.invoke(event);
      if (!result.ok) throw new Error(`${result.errorType}: ${result.errorMessage}`);
      return JSON.parse(result.payload);
    },
    logged: (text, number = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = logs.filter((log) => log.text.includes(text))[number - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
  if (source !== null) await harness.set(source);
  return harness;
}

async function writeBuild(
  root: string,
  sourceDirectory: string,
  { code, format = "esm", handler = "index.handler", file }: Source,
): Promise<BuiltFunction> {
  const number = ++builds;
  const directory = join(root, `build-${number}`);
  await mkdir(join(directory, dirname(file ?? "")), { recursive: true });
  const entry = join(directory, file ?? (format === "esm" ? "index.mjs" : "index.cjs"));
  await writeFile(entry, code);
  return {
    functionId: "ws/default",
    directory,
    sourceDirectory,
    handler,
    entry,
    format,
    hash: String(number),
    inputs: [],
  };
}
