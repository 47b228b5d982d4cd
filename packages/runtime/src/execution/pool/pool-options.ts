import type { Clock } from "../../clock.ts";
import type { EnvironmentOptions, ExecutionStrategy } from "../execution-strategy.ts";
import type { FunctionLog } from "../../invocation.ts";

/** What one build of one function needs to be started. */
export type EnvironmentTemplate = Pick<EnvironmentOptions, "functionId" | "built" | "config"> & {
  /** `process.env` of a new environment: each has a log stream of its own. */
  readonly createEnv: () => EnvironmentOptions["env"];
};

export interface FunctionPoolOptions {
  readonly strategy: ExecutionStrategy;
  readonly clock: Clock;
  readonly channel: EnvironmentOptions["channel"];
  readonly template: EnvironmentTemplate;
  readonly maxEnvironments: number;
  readonly concurrencyPerEnvironment: number;
  /** `Infinity` for no time-out. */
  readonly timeoutMs: number;
  readonly onLog: (log: FunctionLog) => void;
}
