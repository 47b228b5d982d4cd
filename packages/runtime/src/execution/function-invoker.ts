import type { BuiltFunction } from "@arclet/builder";
import { defaultRegion, type FunctionConfig } from "@arclet/manifest";
import type { Clock } from "../clock.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { ExecutionStrategy, GatewayChannel } from "./execution-strategy.ts";
import { FunctionPool } from "./pool/function-pool.ts";
import { maximumEventBytes } from "./lambda-limits.ts";
import type { InvocationEvent, InvocationFailure, InvocationResult } from "../invocation.ts";
import { InvocationReporter, type InvocationLoad } from "./invocation-reporter.ts";
import type { GatewayInvoker, SubmittedInvocation } from "./invoker.ts";
import { createLambdaEnvironment } from "./lambda-environment.ts";
import { createNumberedIds } from "../numbered-ids.ts";
import { LinkedList } from "../linked-list.ts";
import { PendingInvocation } from "./pool/pending-invocation.ts";

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
}

/** One function as it is to run from now on. */
export interface FunctionDefinition {
  readonly functionId: string;
  /** Lambda's function name. */
  readonly functionName: string;
  readonly config: FunctionConfig;
  /** `us-west-2` @default that of an app that names none */
  readonly region?: string;
  readonly variables: { readonly [name: string]: string };
  /**
   * A failed build answers as a failed init, as a broken deployment would. Invocations of one that is
   * still being built wait for it.
   */
  readonly built: BuiltFunction | InvocationFailure | "pending";
}

/** New code of a function that failed while it loaded. */
export interface FailedStart {
  readonly failure: InvocationFailure;
  /** Epoch milliseconds since when the version that keeps running is in place; null: there is none. */
  readonly runningSince: number | null;
  /** It failed before already, and was not tried again: neither code nor configuration has changed. */
  readonly isKnown: boolean;
}

interface Entry {
  readonly definition: FunctionDefinition;
  readonly key: string;
  readonly pool: FunctionPool | null;
  /** When it was put in place, in epoch milliseconds. */
  readonly since: number;
  /** What came while the function was being built, in order; null unless it is being built. */
  readonly waiting: LinkedList<PendingInvocation> | null;
  readonly owner: InvocationReporter;
}

/** Runs invocations in the environments of a strategy. */
export class FunctionInvoker implements GatewayInvoker {
  readonly #options: FunctionInvokerOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #retired = new Set<Promise<void>>();
  /** Build folders of pools whose environments may still start or run. */
  readonly #folders = new Map<FunctionPool, string>();
  /** By function, of all its builds: reserved concurrency counts across a reload. */
  readonly #loads = new Map<string, InvocationLoad>();
  /** Number of the newest definition of each function: a slower, older one must not win. */
  readonly #newest = new Map<string, number>();
  /** What failed to load last, by function. */
  readonly #failed = new Map<string, { readonly key: string; readonly start: FailedStart }>();
  #definitions = 0;
  readonly #ids = createNumberedIds();
  #count = 0;
  #isClosed = false;

  constructor(options: FunctionInvokerOptions) {
    this.#options = options;
  }

  invoke(functionId: string, payload: string, source?: object): Promise<InvocationResult> {
    return new Promise((resolve) => {
      this.submit(functionId, payload, source ?? null, resolve);
    });
  }

  submit(
    functionId: string,
    event: InvocationEvent,
    source: object | null,
    settle: (result: InvocationResult) => void,
  ): SubmittedInvocation {
    const { clock, traffic } = this.#options;
    const now = typeof event === "string" ? clock.now() : event.receivedAt;
    const invocation = new PendingInvocation({
      ids: this.#ids,
      number: ++this.#count,
      event,
      source,
      submittedAt: now,
      isMeasured: traffic.wantsMemory,
      settle,
    });
    this.#route(functionId, invocation, now);
    return invocation;
  }

  /** To where the function runs, or to where its build is waited for. */
  #route(functionId: string, invocation: PendingInvocation, now: number): void {
    const waiting = this.#entries.get(functionId)?.waiting ?? null;
    if (waiting !== null && !this.#isClosed) waiting.push(invocation);
    else this.#admit(functionId, invocation, now);
  }

  #routeAll(functionId: string, waiting: LinkedList<PendingInvocation> | null): void {
    if (waiting === null) return;
    const now = this.#options.clock.now();
    for (let next = waiting.shift(); next !== null; next = waiting.shift())
      this.#route(functionId, next, now);
  }

  /** Has it run by the build that is in place, or refused. */
  #admit(functionId: string, invocation: PendingInvocation, now: number): void {
    const entry = this.#entries.get(functionId);
    const owner = entry?.owner ?? new InvocationReporter(this.#options, functionId, null);
    const refusal = this.#refusalOf(entry, functionId, invocation);
    invocation.admit(owner);
    if (refusal === null && entry !== undefined && entry.pool !== null)
      entry.pool.submit(invocation, now);
    else invocation.settle(refusal ?? unknownFunction(functionId));
  }

  /** Gives an invocation that a retired pool did not begin to the pool that is in place now. */
  #resubmit(functionId: string, invocation: PendingInvocation): void {
    const pool = this.#entries.get(functionId)?.pool ?? null;
    if (pool === null) invocation.settle(unknownFunction(functionId));
    else pool.submit(invocation, this.#options.clock.now());
  }

  #refusalOf(
    entry: Entry | undefined,
    functionId: string,
    invocation: PendingInvocation,
  ): InvocationFailure | null {
    if (entry === undefined || this.#isClosed) return unknownFunction(functionId);
    const { built, config } = entry.definition;
    if (built === "pending") return unknownFunction(functionId);
    if ("ok" in built) return built;
    if (config.concurrency !== null && entry.owner.load >= config.concurrency) {
      return failedWith("throttled", "TooManyRequestsException", "Rate Exceeded.");
    }
    if (invocation.event.length * 3 <= maximumEventBytes) return null;
    const bytes = Buffer.byteLength(invocation.event.toString());
    if (bytes > maximumEventBytes) {
      const text = `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${maximumEventBytes} bytes)`;
      return failedWith("unhandled", "RequestEntityTooLargeException", text);
    }
    return null;
  }

  /**
   * Puts a function in place. When it runs already, an environment of the new build is started first and
   * takes over when it is ready, so that no invocation waits. Resolves how that start failed: the
   * former build then stays, unless it has never loaded either.
   */
  async setFunction(definition: FunctionDefinition): Promise<FailedStart | null> {
    const { functionId } = definition;
    const key = keyOf(definition);
    const known = this.#failed.get(functionId);
    if (known?.key === key) return { ...known.start, isKnown: true };
    this.#failed.delete(functionId);
    const start = await this.#replace(definition, key);
    if (start !== null) this.#failed.set(functionId, { key, start });
    return start;
  }

  async #replace(definition: FunctionDefinition, key: string): Promise<FailedStart | null> {
    const { functionId, built } = definition;
    const number = ++this.#definitions;
    this.#newest.set(functionId, number);
    const former = this.#entries.get(functionId);
    if (former?.key === key) return null;
    if (built === "pending" || "ok" in built) {
      if (former?.pool === undefined || former.pool === null)
        this.#place(functionId, this.#createEntry(definition, key, null));
      return null;
    }
    const pool = this.#createPool(definition, built);
    const entry = this.#createEntry(definition, key, pool);
    if (former?.pool === undefined || former.pool === null) {
      this.#place(functionId, entry);
      // Whoever waited for the build starts it, as the first invocation of an app does.
      const isFirst = former === undefined || former.definition.built === "pending";
      const failure = isFirst ? null : await pool.warm();
      return failure === null ? null : { failure, runningSince: null, isKnown: false };
    }
    const failure = await pool.warm();
    if (failure !== null && !former.pool.hasNeverLoaded) {
      await this.#stop(pool);
      return { failure, runningSince: former.since, isKnown: false };
    }
    if (this.#newest.get(functionId) !== number) {
      await this.#stop(pool);
      return null;
    }
    // Another definition may have come and gone meanwhile.
    const replaced = this.#entries.get(functionId)?.pool ?? null;
    this.#place(functionId, entry);
    if (replaced !== null) {
      replaced.retire((invocation) => this.#resubmit(functionId, invocation));
      this.#follow(replaced);
    }
    return failure === null ? null : { failure, runningSince: null, isKnown: false };
  }

  #createEntry(definition: FunctionDefinition, key: string, pool: FunctionPool | null): Entry {
    return {
      definition,
      key,
      pool,
      since: this.#options.clock.now(),
      waiting: definition.built === "pending" ? new LinkedList() : null,
      owner: this.#createOwner(definition),
    };
  }

  #place(functionId: string, entry: Entry): void {
    const waiting = this.#entries.get(functionId)?.waiting ?? null;
    this.#entries.set(functionId, entry);
    this.#routeAll(functionId, waiting);
  }

  removeFunction(functionId: string): void {
    const entry = this.#entries.get(functionId);
    this.#entries.delete(functionId);
    this.#newest.delete(functionId);
    this.#failed.delete(functionId);
    this.#routeAll(functionId, entry?.waiting ?? null);
    if (entry?.pool === undefined || entry.pool === null) return;
    entry.pool.retire((invocation) => this.#resubmit(functionId, invocation));
    this.#follow(entry.pool);
  }

  get functionIds(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Absolute build folders from which environments may start or run. */
  get foldersInUse(): ReadonlySet<string> {
    return new Set(this.#folders.values());
  }

  /** Stops every environment; running invocations end as `Runtime.ExitError`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [functionId, { waiting }] of this.#entries) this.#routeAll(functionId, waiting);
    await Promise.all(Array.from(this.#entries.values(), async ({ pool }) => pool?.stop()));
    await this.#options.strategy.close();
    await Promise.all(this.#retired);
    this.#folders.clear();
  }

  #createOwner({ functionId, config }: FunctionDefinition): InvocationReporter {
    const load = this.#loads.get(functionId) ?? { invocations: 0 };
    this.#loads.set(functionId, load);
    return new InvocationReporter(this.#options, functionId, config, load);
  }

  async #stop(pool: FunctionPool): Promise<void> {
    await pool.stop();
    this.#folders.delete(pool);
  }

  #follow(pool: FunctionPool): void {
    const drained = pool.drained();
    this.#retired.add(drained);
    this.#options.traffic.report(
      drained.finally(() => {
        this.#retired.delete(drained);
        this.#folders.delete(pool);
      }),
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
      traffic,
    } = this.#options;
    const { functionId, functionName, config, variables, region = defaultRegion } = definition;
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
    const pool = new FunctionPool({
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
    this.#folders.set(pool, built.directory);
    return pool;
  }
}

/** Two definitions with the same key run alike: nothing needs to be started again. */
function keyOf(definition: FunctionDefinition): string {
  const { built, config, variables, region } = definition;
  const code = built === "pending" || "ok" in built ? built : built.hash;
  return JSON.stringify([code, config, variables, region]);
}

function unknownFunction(functionId: string): InvocationFailure {
  return failedWith("unhandled", "ResourceNotFoundException", `Function not found: ${functionId}`);
}

function failedWith(
  kind: InvocationFailure["kind"],
  errorType: string,
  errorMessage: string,
): InvocationFailure {
  return { ok: false, kind, errorType, errorMessage, trace: [] };
}
