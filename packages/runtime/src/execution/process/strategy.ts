import type { EnvironmentOptions, ExecutionStrategy, StartResult } from "../execution-strategy.ts";
import type { MovableClock } from "../../movable-clock.ts";
import { runtimeError } from "../handler/error-report.ts";
import {
  startFunctionProcess,
  type FunctionProcess,
  type ProcessOptions,
} from "./function-process.ts";
import { ProcessEnvironment } from "./process-environment.ts";
import { createProcessAhead, type ProcessAhead } from "./process-ahead.ts";
import type { InspectAddress } from "./records.ts";
import { StrayProcesses } from "./stray-processes.ts";

export interface ProcessStrategyOptions {
  /** Opens a debugger in every process: the first at this port, others at the next free ones. */
  readonly inspect?: InspectAddress;
  /** Time in the processes follows it. @default the wall's */
  readonly clock?: MovableClock;
  /** One that has started already. @default none has */
  readonly ahead?: ProcessAhead;
}

/** Variables that Node.js reads as it starts, or its libraries do: a process made ahead has not had them. */
const startVariables = /^(?:NODE_(?!ENV$)|UV_|OPENSSL_|SSL_|LD_|DYLD_)/;

/**
 * Environments are processes that run Node.js functions and talk to this one in batches over a pipe:
 * heap, working directory, signals, native state and crashes are theirs alone.
 */
export function createProcessStrategy(given: ProcessStrategyOptions = {}): ExecutionStrategy {
  const { bootstrap, warden, spare } = given.ahead ?? createProcessAhead();
  const environments = new Set<ProcessEnvironment>();
  const strays = new StrayProcesses(warden);
  let count = 0;
  return {
    name: "process",
    prepare({ memory }) {
      spare.prepare({ bootstrap, memoryMb: memory });
    },
    async start(options: EnvironmentOptions): Promise<StartResult> {
      const { observer, config, env } = options;
      const processOptions: ProcessOptions = { bootstrap, memoryMb: config.memory };
      const isOrdinary = !Object.keys(env).some((name) => startVariables.test(name));
      let functionProcess: FunctionProcess;
      try {
        functionProcess = isOrdinary
          ? spare.take(processOptions)
          : startFunctionProcess(processOptions, warden, env);
      } catch (error) {
        const text = `The function's process could not be started: ${String(error)}`;
        const report = runtimeError("Runtime.InvalidEntrypoint", text);
        return { ok: false, error: { ok: false, kind: "init", ...report } };
      }
      // One that starts is followed too: what waits for it is not done before it is.
      const letGo = given.clock?.attach({
        follow: async (offsetMs) => {
          await started;
          return environment.follow(offsetMs);
        },
      });
      const environment: ProcessEnvironment = new ProcessEnvironment(
        `${options.functionId}#${++count}`,
        functionProcess,
        { inspect: given.inspect ?? null, clockOffsetMs: given.clock?.offsetMs ?? null },
        {
          ...options,
          observer: {
            onResult: (invocation, result) => observer.onResult(invocation, result),
            onLog: (log) => observer.onLog(log),
            onExit: (reason, started) => {
              letGo?.();
              environments.delete(environment);
              strays.end(env);
              observer.onExit(reason, started);
            },
          },
        },
      );
      environments.add(environment);
      strays.begin(env);
      const started = environment.started();
      const result = await started;
      spare.prepare(processOptions);
      return result;
    },
    async close(): Promise<void> {
      spare.close();
      await Promise.all(Array.from(environments, (environment) => environment.stop()));
      await strays.settled();
      warden.close();
    },
  };
}
