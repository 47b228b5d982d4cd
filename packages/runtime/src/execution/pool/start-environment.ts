import type { EnvironmentOptions } from "../execution-strategy.ts";
import type { FunctionLog, InvocationFailure } from "../../invocation.ts";
import type { FunctionPoolOptions } from "./pool-options.ts";
import type { PooledEnvironment } from "./pooled-environment.ts";

/** Starts an environment. Resolves the failure when it cannot be used: also when it has ended by then. */
export async function startEnvironment(
  environment: PooledEnvironment,
  { strategy, template, channel, concurrencyPerEnvironment, clock }: FunctionPoolOptions,
  initLimit: AbortSignal,
  onLog: (log: FunctionLog) => void,
): Promise<InvocationFailure | null> {
  const { functionId, built, config, createEnv } = template;
  const startedAt = clock.now();
  let exit: InvocationFailure | null = null;
  const options: EnvironmentOptions = {
    functionId,
    built,
    config,
    env: createEnv(),
    channel,
    initLimit,
    concurrency: concurrencyPerEnvironment,
    observer: {
      onResult: (invocation, outcome) => environment.onResult(invocation, outcome),
      onLog,
      onExit: (reason, started) => {
        exit = reason;
        environment.onExit(reason, started);
      },
    },
  };
  try {
    const result = await strategy.start(options);
    if (!result.ok) return result.error;
    environment.open(result.environment, clock.now() - startedAt);
  } catch (error) {
    return {
      ok: false,
      kind: "init",
      errorType: "Runtime.Unknown",
      errorMessage: `An environment could not be started: ${error instanceof Error ? error.message : String(error)}`,
      trace: [],
    };
  }
  return exit === null ? null : { ...(exit as InvocationFailure), kind: "init" };
}
