import { once } from "node:events";
import type { ConnectionCommand } from "../../connections/connection-router.ts";
import type { ExecutionStrategy, StartResult } from "../execution-strategy.ts";
import { callingConvention, refuseHandler } from "../handler/call-handler.ts";
import { exitError, runtimeError, type ErrorReport } from "../handler/error-report.ts";
import { loadHandler } from "../handler/load-handler.ts";
import { InProcessEnvironment } from "./in-process-environment.ts";
import { SharedProcess } from "./shared-process.ts";

/**
 * Environments are modules of this very process: a debugger stops in them. Each sees a `process.env`,
 * streams and a working directory of its own; heap, globals and event loop are everyone's, so that an
 * endless loop stops everything, and time-outs only stop the waiting.
 */
export function createInProcessStrategy(): ExecutionStrategy {
  const environments = new Set<InProcessEnvironment>();
  let shared: SharedProcess | null = null;
  let count = 0;

  function share(): SharedProcess {
    if (shared !== null) return shared;
    shared = new SharedProcess();
    shared.install();
    return shared;
  }

  return {
    name: "in-process",
    async start(options): Promise<StartResult> {
      const { built, config, observer, channel } = options;
      const id = `${options.functionId}#${++count}`;
      const host = share();
      const environment: InProcessEnvironment = new InProcessEnvironment(
        id,
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
        host,
      );
      Object.defineProperty(globalThis, Symbol.for("arclet.gateway"), {
        configurable: true,
        value: {
          request: async (to: string, command: ConnectionCommand) => channel.request(to, command),
        },
      });
      environments.add(environment);
      const version = `${process.pid}-${performance.now()}-${count}`;
      const late = once(options.initLimit, "abort").then(() => null);
      const loaded = await Promise.race([
        host.run(environment, null, () => loadHandler(built, version)),
        late,
      ]);
      if (loaded === null) {
        // What loads cannot be stopped here; it no longer counts.
        await environment.stop();
        return initFailure(exitError("signal: killed"));
      }
      const refusal = loaded.ok
        ? refuseHandler(loaded.handler, callingConvention(config.runtime))
        : loaded.error;
      const failure = environment.ended ?? refusal;
      if (loaded.ok && failure === null) {
        environment.open(loaded.handler);
        return { ok: true, environment };
      }
      environments.delete(environment);
      return initFailure(failure ?? runtimeError("Runtime.Unknown", "init failed"));
    },
    async close() {
      await Promise.all(Array.from(environments, (environment) => environment.stop()));
      shared?.restore();
      shared = null;
    },
  };
}

function initFailure(error: ErrorReport): StartResult {
  return { ok: false, error: { ok: false, kind: "init", ...error } };
}
