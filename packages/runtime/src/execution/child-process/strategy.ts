import { createRequire } from "node:module";
import type { EnvironmentOptions, ExecutionStrategy, StartResult } from "../execution-strategy.ts";
import { runtimeError } from "../handler/error-report.ts";
import { ProcessWarden } from "../process/process-warden.ts";
import { StrayProcesses } from "../process/stray-processes.ts";
import { ChildEnvironment } from "./child-environment.ts";
import { commandOf, type ChildProcessStrategyOptions } from "./runtime-command.ts";

/**
 * Environments are processes that speak Lambda's Runtime API: nothing is shared with the host, the
 * working directory is real, and any runtime client that exists runs. Slower to start than threads.
 */
export function createChildProcessStrategy(
  given: ChildProcessStrategyOptions = {},
): ExecutionStrategy {
  const bootstrap = createRequire(import.meta.url).resolve(
    "@arclet/runtime/child-process/bootstrap",
  );
  const environments = new Set<ChildEnvironment>();
  const warden = new ProcessWarden();
  const strays = new StrayProcesses(warden);
  let count = 0;
  return {
    name: "child-process",
    async start(options: EnvironmentOptions): Promise<StartResult> {
      const { observer, functionId, config } = options;
      const command = commandOf(options, given, bootstrap);
      if (command === null) {
        const text = `No program here runs the Lambda runtime "${config.runtime}": nodejs, python and provided can be run`;
        const report = runtimeError("Runtime.InvalidRuntime", text);
        return { ok: false, error: { ok: false, kind: "init", ...report } };
      }
      const environment: ChildEnvironment = new ChildEnvironment(
        `${functionId}#${++count}`,
        warden,
        {
          ...options,
          observer: {
            onResult: (invocation, result) => observer.onResult(invocation, result),
            onLog: (log) => observer.onLog(log),
            onExit: (reason, started) => {
              environments.delete(environment);
              strays.end(options.env);
              observer.onExit(reason, started);
            },
          },
        },
      );
      environments.add(environment);
      strays.begin(options.env);
      return environment.start(command);
    },
    async close(): Promise<void> {
      await Promise.all(Array.from(environments, (environment) => environment.stop()));
      await strays.settled();
      warden.close();
    },
  };
}
