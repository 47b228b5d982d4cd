import type { ConnectionCommand } from "../../connections/connection-router.ts";
import type {
  ExecutionEnvironment,
  ExecutionStrategy,
  StartResult,
} from "../execution-strategy.ts";
import { callHandler, callingConvention, refuseHandler } from "../handler/call-handler.ts";
import { loadHandler } from "../handler/load-handler.ts";
import type { Invocation, InvocationFailure } from "../invocation.ts";
import { describeContext } from "../lambda-environment.ts";

/**
 * Environments are modules of this very process: a debugger stops in them, and nothing else is isolated.
 * `process.env` is shared, an endless loop stops everything, and time-outs only stop the waiting.
 */
export function createInProcessStrategy(): ExecutionStrategy {
  let count = 0;
  const environments = new Set<ExecutionEnvironment>();
  return {
    name: "in-process",
    async start(options): Promise<StartResult> {
      const { built, config, env, observer, channel } = options;
      Object.assign(process.env, env);
      Object.defineProperty(globalThis, Symbol.for("arclet.gateway"), {
        configurable: true,
        value: {
          request: async (id: string, command: ConnectionCommand) => channel.request(id, command),
        },
      });
      const id = `${options.functionId}#${++count}`;
      const loaded = await loadHandler(built, `${process.pid}-${performance.now()}-${count}`);
      const convention = callingConvention(config.runtime);
      const refusal = loaded.ok ? refuseHandler(loaded.handler, convention) : loaded.error;
      if (!loaded.ok || refusal !== null) {
        const report = refusal ?? {
          errorType: "Runtime.Unknown",
          errorMessage: "init failed",
          trace: [],
        };
        return { ok: false, error: { ok: false, kind: "init", ...report } };
      }
      const context = describeContext(options);
      const running = new Set<Invocation>();
      let isStopped = false;
      const finish = (invocation: Invocation, tell: () => void): void => {
        if (running.delete(invocation) && !isStopped) tell();
      };
      const environment: ExecutionEnvironment = {
        id,
        canPrefetch: false,
        hasSlot: true,
        invoke(invocation) {
          running.add(invocation);
          const { payload, requestId } = invocation;
          callHandler(loaded.handler, payload, requestId, context, convention, {
            succeed: (json) =>
              finish(invocation, () => observer.onResult(invocation, { ok: true, payload: json })),
            fail: (error) =>
              finish(invocation, () =>
                observer.onResult(invocation, { ok: false, kind: "handled", ...error }),
              ),
            // The loop of a whole server is never empty: one turn must do.
            whenIdle: (go) => setImmediate(go),
          });
        },
        recall: () => false,
        async stop() {
          if (isStopped) return;
          isStopped = true;
          environments.delete(environment);
          observer.onExit(stopped, [...running]);
        },
      };
      environments.add(environment);
      return { ok: true, environment };
    },
    async close() {
      await Promise.all(Array.from(environments, (environment) => environment.stop()));
    },
  };
}

const stopped: InvocationFailure = {
  ok: false,
  kind: "unhandled",
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited with error: signal: killed",
  trace: [],
};
