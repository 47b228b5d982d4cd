import { createRequire } from "node:module";
import type { EnvironmentOptions, ExecutionStrategy, StartResult } from "../execution-strategy.ts";
import { WorkerEnvironment } from "./worker-environment.ts";

/**
 * Environments are threads: a heap, globals and `process.env` of their own, ready in milliseconds.
 * Not their own: the working directory (`process.cwd()` answers the source folder, relative paths of
 * `fs` start at the host's) and native state.
 */
export function createWorkerThreadStrategy(): ExecutionStrategy {
  const bootstrap = createRequire(import.meta.url).resolve(
    "@arclet/runtime/worker-thread/bootstrap",
  );
  const environments = new Set<WorkerEnvironment>();
  let count = 0;
  return {
    name: "worker-thread",
    async start(options: EnvironmentOptions): Promise<StartResult> {
      const { observer } = options;
      const environment: WorkerEnvironment = new WorkerEnvironment(
        `${options.functionId}#${++count}`,
        bootstrap,
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
      return environment.started();
    },
    async close(): Promise<void> {
      await Promise.all(Array.from(environments, (environment) => environment.stop()));
    },
  };
}
