import { createRequire } from "node:module";
import type { Leases } from "../../connections/leases.ts";
import type { EnvironmentOptions, ExecutionStrategy, StartResult } from "../execution-strategy.ts";
import { SpareThread } from "./spare-thread.ts";
import { Thread, type ThreadOptions } from "./thread.ts";
import { WorkerEnvironment } from "./worker-environment.ts";

/**
 * Environments are threads: a heap, globals and `process.env` of their own, ready in milliseconds.
 * Not their own: the working directory (`process.cwd()` answers the source folder, relative paths of
 * `fs` start at the host's) and native state.
 */
export function createWorkerThreadStrategy(leases: Leases): ExecutionStrategy {
  const bootstrap = createRequire(import.meta.url).resolve(
    "@arclet/runtime/worker-thread/bootstrap",
  );
  const environments = new Set<WorkerEnvironment>();
  const spare = new SpareThread();
  let count = 0;
  return {
    name: "worker-thread",
    prepare({ memory }) {
      spare.prepare({ bootstrap, memoryMb: memory });
    },
    async start(options: EnvironmentOptions): Promise<StartResult> {
      const { observer, config, env } = options;
      const threadOptions: ThreadOptions = { bootstrap, memoryMb: config.memory };
      // Node.js reads it as the thread starts, which for a spare one was before the function was known.
      const isOrdinary = env["NODE_OPTIONS"] === undefined;
      const environment: WorkerEnvironment = new WorkerEnvironment(
        `${options.functionId}#${++count}`,
        isOrdinary ? spare.take(threadOptions) : new Thread(threadOptions, env),
        leases,
        {
          ...options,
          observer: {
            onResult: (invocation, result) => observer.onResult(invocation, result),
            onLog: (log) => observer.onLog(log),
            onExit: (reason, started) => {
              environments.delete(environment);
              observer.onExit(reason, started);
            },
          },
        },
      );
      environments.add(environment);
      const result = await environment.started();
      spare.prepare(threadOptions);
      return result;
    },
    async close(): Promise<void> {
      await Promise.all([
        spare.close(),
        ...Array.from(environments, (environment) => environment.stop()),
      ]);
    },
  };
}
