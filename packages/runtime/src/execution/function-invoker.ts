import { randomUUID } from "node:crypto";
import type { BuiltFunction } from "@arclet/builder";
import type { FunctionConfig } from "@arclet/manifest";
import type { Clock } from "../clock.ts";
import type { InvocationLogging } from "../traffic/traffic-event.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { ExecutionStrategy, GatewayChannel } from "./execution-strategy.ts";
import { FunctionPool } from "./pool/function-pool.ts";
import { maximumEventBytes } from "./lambda-limits.ts";
import type { InvocationFailure, InvocationResult } from "../invocation.ts";
import type { Invoker } from "./invoker.ts";
import { createLambdaEnvironment } from "./lambda-environment.ts";
import type { PendingInvocation } from "./pool/pending-invocation.ts";

export interface FunctionInvokerOptions {
  readonly strategy: ExecutionStrategy;
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly channel: GatewayChannel;
  /** Environments of one function at most. */
  readonly maxEnvironments: number;
  readonly concurrencyPerEnvironment: number;
  /** @default true */
  readonly enforcesTimeouts?: boolean;
  /** e.g. `us-east-1` */
  readonly region: string;
}

/** One function as it is to run from now on. */
export interface FunctionDefinition {
  readonly functionId: string;
  /** Lambda's function name. */
  readonly functionName: string;
  readonly config: FunctionConfig;
  readonly variables: { readonly [name: string]: string };
  /** A failed build answers as a failed init, as a broken deployment would. */
  readonly built: BuiltFunction | InvocationFailure;
}

interface Entry {
  readonly definition: FunctionDefinition;
  readonly key: string;
  readonly pool: FunctionPool | null;
  /** Shared by all builds of the function: reserved concurrency counts across a reload. */
  readonly load: { running: number };
}

/** Runs invocations in the environments of a strategy. */
export class FunctionInvoker implements Invoker {
  readonly #options: FunctionInvokerOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #retired = new Set<Promise<void>>();
  /** Number of the newest definition of each function: a slower, older one must not win. */
  readonly #newest = new Map<string, number>();
  #definitions = 0;
  #order = 0;
  #isClosed = false;

  constructor(options: FunctionInvokerOptions) {
    this.#options = options;
  }

  invoke(functionId: string, payload: string, source?: object): Promise<InvocationResult> {
    return new Promise((resolve) => this.#submit(functionId, payload, source ?? null, resolve));
  }

  #submit(
    functionId: string,
    payload: string,
    source: object | null,
    resolve: (result: InvocationResult) => void,
  ): void {
    const { clock, traffic } = this.#options;
    const entry = this.#entries.get(functionId);
    const refusal = this.#refusalOf(entry, functionId, payload);
    const requestId = randomUUID();
    const submittedAt = clock.now();
    const pending: PendingInvocation = {
      requestId,
      payload,
      source,
      isWaiting: false,
      order: ++this.#order,
      submittedAt,
      startedAt: 0,
      initDurationMs: null,
      isMeasured: traffic.wantsMemory,
      usedMemoryMb: null,
      onBegin: traffic.isObserved
        ? () => {
            const logging = loggingOf(entry);
            traffic.emit({ type: "invocation-begun", functionId, requestId, logging });
          }
        : null,
      settle: (result) => {
        if (entry !== undefined) entry.load.running--;
        if (traffic.isObserved) {
          const durationMs = clock.now() - (pending.startedAt || submittedAt);
          const { initDurationMs, usedMemoryMb } = pending;
          traffic.emit({
            type: "invoked",
            functionId,
            requestId,
            durationMs,
            initDurationMs,
            memoryMb: entry?.definition.config.memory ?? 0,
            usedMemoryMb,
            logging: loggingOf(entry),
            result,
          });
        }
        resolve(result);
      },
    };
    if (entry !== undefined) entry.load.running++;
    if (refusal !== null || entry?.pool === undefined || entry.pool === null) {
      pending.settle(refusal ?? unknownFunction(functionId));
    } else {
      entry.pool.submit(pending);
    }
  }

  #refusalOf(
    entry: Entry | undefined,
    functionId: string,
    payload: string,
  ): InvocationFailure | null {
    if (entry === undefined || this.#isClosed) return unknownFunction(functionId);
    const { built, config } = entry.definition;
    if ("ok" in built) return built;
    if (config.concurrency !== null && entry.load.running >= config.concurrency) {
      return failure("throttled", "TooManyRequestsException", "Rate Exceeded.");
    }
    const isLong = payload.length * 3 > maximumEventBytes;
    if (isLong && Buffer.byteLength(payload) > maximumEventBytes) {
      const text = `${Buffer.byteLength(payload)} byte payload is too large for the RequestResponse invocation type (limit ${maximumEventBytes} bytes)`;
      return failure("unhandled", "RequestEntityTooLargeException", text);
    }
    return null;
  }

  /**
   * Puts a function in place. When it runs already, an environment of the new build is started first and
   * takes over when it is ready, so that no invocation waits. Resolves the failure of that start: the
   * former build, if there is one, then stays.
   */
  async setFunction(definition: FunctionDefinition): Promise<InvocationFailure | null> {
    const { functionId, built } = definition;
    const key = keyOf(definition);
    const number = ++this.#definitions;
    this.#newest.set(functionId, number);
    const former = this.#entries.get(functionId);
    if (former?.key === key) return null;
    if ("ok" in built) {
      if (former?.pool === undefined || former.pool === null) {
        this.#entries.set(functionId, { definition, key, pool: null, load: { running: 0 } });
      }
      return built;
    }
    const pool = this.#createPool(definition, built);
    const entry: Entry = { definition, key, pool, load: former?.load ?? { running: 0 } };
    if (former?.pool === undefined || former.pool === null) {
      this.#entries.set(functionId, entry);
      return null;
    }
    const error = await pool.warm();
    if (error !== null) {
      await pool.stop();
      return error;
    }
    if (this.#newest.get(functionId) !== number) {
      await pool.stop();
      return null;
    }
    // Another definition may have come and gone meanwhile.
    const replaced = this.#entries.get(functionId)?.pool ?? null;
    this.#entries.set(functionId, entry);
    if (replaced === null) return null;
    for (const pending of replaced.retire()) pool.submit(pending);
    this.#follow(replaced.drained());
    return null;
  }

  removeFunction(functionId: string): void {
    const entry = this.#entries.get(functionId);
    this.#entries.delete(functionId);
    this.#newest.delete(functionId);
    if (entry?.pool === undefined || entry.pool === null) return;
    for (const pending of entry.pool.retire()) pending.settle(unknownFunction(functionId));
    this.#follow(entry.pool.drained());
  }

  get functionIds(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Stops every environment; running invocations end as `Runtime.ExitError`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#entries.values(), async ({ pool }) => pool?.stop()));
    await this.#options.strategy.close();
    await Promise.all(this.#retired);
  }

  #follow(drained: Promise<void>): void {
    this.#retired.add(drained);
    this.#options.traffic.report(
      drained.finally(() => this.#retired.delete(drained)),
      "retiring environments",
    );
  }

  #createPool(definition: FunctionDefinition, built: BuiltFunction): FunctionPool {
    const {
      strategy,
      clock,
      channel,
      maxEnvironments,
      concurrencyPerEnvironment,
      enforcesTimeouts = true,
      region,
      traffic,
    } = this.#options;
    const { functionId, functionName, config, variables } = definition;
    const createEnv = (): Record<string, string> =>
      createLambdaEnvironment({
        functionName,
        config,
        taskRoot: built.directory,
        handler: built.handler,
        region,
        variables,
        now: new Date(clock.now()),
      });
    return new FunctionPool({
      strategy,
      clock,
      channel,
      maxEnvironments: Math.min(maxEnvironments, config.concurrency ?? maxEnvironments),
      concurrencyPerEnvironment,
      timeoutMs: enforcesTimeouts ? config.timeout * 1000 : Infinity,
      template: { functionId, built, config, createEnv },
      onLog: (log) => {
        if (traffic.isObserved) traffic.emit({ type: "log", log });
      },
    });
  }
}

/** Two definitions with the same key run alike: nothing needs to be started anew. */
function keyOf(definition: FunctionDefinition): string {
  const { built, config, variables } = definition;
  return JSON.stringify(["ok" in built ? built : built.hash, config, variables]);
}

function loggingOf(entry: Entry | undefined): InvocationLogging {
  const { logFormat = "Text", systemLogLevel = null } = entry?.definition.config ?? {};
  return { logFormat, systemLogLevel };
}

function unknownFunction(functionId: string): InvocationFailure {
  return failure("unhandled", "ResourceNotFoundException", `Function not found: ${functionId}`);
}

function failure(
  kind: InvocationFailure["kind"],
  errorType: string,
  errorMessage: string,
): InvocationFailure {
  return { ok: false, kind, errorType, errorMessage, trace: [] };
}
