import { availableParallelism } from "node:os";
import type { Clock, ClockTimer } from "../../clock.ts";
import { EnvironmentSet, patienceMs } from "./environment-set.ts";
import type { EnvironmentOptions, ExecutionStrategy } from "../execution-strategy.ts";
import type { FunctionLog, InvocationFailure, InvocationResult } from "../../invocation.ts";
import { ignoredReturnWarning } from "../handler/call-handler.ts";
import { OrderedLanes } from "./ordered-lanes.ts";
import { PooledEnvironment, timeoutOf } from "./pooled-environment.ts";
import type { PendingInvocation } from "./pending-invocation.ts";

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

/** Lambda keeps idle environments for minutes. The number is ours. */
const idleExpiryMs = 7 * 60_000;
/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const initLimitMs = 10_000;

/** The environments of one build of one function. Invocations begin in the order in which they were given. */
export class FunctionPool {
  readonly #options: FunctionPoolOptions;
  readonly #environments = new EnvironmentSet();
  #queue: PendingInvocation[] = [];
  readonly #lanes = new OrderedLanes();
  #starting = 0;
  #last: PooledEnvironment | null = null;
  #patience: ClockTimer | null = null;
  #isRetired = false;
  #hasWarned = false;
  #onDrained: (() => void) | null = null;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
  }

  /** Starts one environment ahead. Resolves the failure when it cannot be. */
  async warm(): Promise<InvocationFailure | null> {
    return this.#start();
  }

  submit(pending: PendingInvocation): void {
    if (this.#queue.length === 0) {
      const environment = this.#placeFor(pending, pending.submittedAt);
      if (environment !== null) {
        this.#last = environment;
        this.#assign(environment, pending);
        return;
      }
    }
    this.#queue.push(pending);
    this.#lanes.queue(pending);
    if (this.#environments.size === 0 && this.#starting === 0) this.#scaleOut();
    else this.#watch();
  }

  /** Null when nothing has room, or room where it may not go: before others of its source have begun. */
  #placeFor(pending: PendingInvocation, now: number): PooledEnvironment | null {
    const place = this.#lanes.of(pending)?.place ?? null;
    if (place !== null) return this.#environments.hasRoom(place, now) ? place : null;
    return (
      this.#busyWithRoom() ?? this.#environments.takeIdle() ?? this.#environments.roomiest(now)
    );
  }

  #assign(environment: PooledEnvironment, pending: PendingInvocation): void {
    environment.assign(pending);
    if (!environment.isBehind) return;
    this.#lanes.place(pending, environment);
    this.#watch();
  }

  /** Takes nothing new; what waits goes back to the caller, what runs ends. */
  retire(): PendingInvocation[] {
    this.#isRetired = true;
    this.#patience?.cancel();
    const waiting = this.#takeQueue();
    for (const environment of this.#environments) {
      waiting.push(...this.#recallFrom(environment));
      if (environment.isIdle) this.#discard(environment);
    }
    return waiting.toSorted((a, b) => a.order - b.order);
  }

  /** Resolves when every environment of a retired pool has ended. */
  drained(): Promise<void> {
    if (this.#environments.size === 0 && this.#starting === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  /** Ends everything, running invocations too. */
  async stop(): Promise<void> {
    this.#isRetired = true;
    this.#patience?.cancel();
    for (const pending of this.#takeQueue()) pending.settle(stopped);
    await Promise.all(Array.from(this.#environments, (environment) => environment.stop()));
  }

  /** Where several run at a time, company is quicker than waking another thread. */
  #busyWithRoom(): PooledEnvironment | null {
    const { concurrencyPerEnvironment } = this.#options;
    const last = this.#last;
    if (last === null || last.isIdle || last.load >= concurrencyPerEnvironment) return null;
    return last.hasRoom(concurrencyPerEnvironment, false) ? last : null;
  }

  /** Looks again after a while at work that waits behind other work. */
  #watch(): void {
    if (this.#patience !== null || this.#isRetired) return;
    this.#patience = this.#options.clock.after(patienceMs, () => {
      this.#patience = null;
      const now = this.#options.clock.now();
      const taken: PendingInvocation[] = [];
      for (const environment of this.#environments) {
        if (environment.isBehind && environment.isStuck(now, patienceMs))
          taken.push(...this.#recallFrom(environment));
      }
      this.#putBack(taken);
      this.#drainQueue();
      const oldest = this.#queue[0];
      if (oldest !== undefined && now - oldest.submittedAt >= patienceMs) this.#scaleOut();
      if (this.#environments.isAnyBehind || this.#queue.length > 0) this.#watch();
    });
  }

  #scaleOut(): void {
    const room = this.#options.maxEnvironments - this.#environments.size - this.#starting;
    const atOnce = Math.max(2, availableParallelism()) - this.#starting;
    const needed = Math.ceil(this.#queue.length / this.#options.concurrencyPerEnvironment);
    const count = Math.min(room, atOnce, needed);
    for (let started = 0; started < count; started++) {
      // The failure is delivered to the invocations that wait for it.
      void this.#start();
    }
  }

  /** `isAgain`: an init that has taken too long once is part of the invocation, and has the time of that. */
  async #start(isAgain = false): Promise<InvocationFailure | null> {
    const { strategy, template, channel, concurrencyPerEnvironment, clock, onLog } = this.#options;
    this.#starting++;
    const pooled = new PooledEnvironment({
      clock,
      concurrency: concurrencyPerEnvironment,
      timeoutMs: this.#options.timeoutMs,
      onBegin: (pending) => this.#lanes.leave(pending, "inPlace"),
      onFree: (environment) => this.#onFree(environment),
      onEnd: (environment, orphans) => this.#onEnd(environment, orphans),
    });
    const startedAt = clock.now();
    const { timeoutMs } = this.#options;
    const limitMs = isAgain || timeoutMs === Infinity ? timeoutMs : initLimitMs;
    const initLimit = new AbortController();
    const timer = clock.after(limitMs, () => initLimit.abort());
    const { functionId, built, config, createEnv } = template;
    const result = await strategy.start({
      functionId,
      built,
      config,
      env: createEnv(),
      channel,
      initLimit: initLimit.signal,
      concurrency: concurrencyPerEnvironment,
      observer: {
        onResult: (invocation, outcome) => pooled.onResult(invocation, outcome),
        onLog: (log) => {
          // Every environment tells it; once per build is enough.
          const isWarning = log.text === ignoredReturnWarning;
          if (isWarning && this.#hasWarned) return;
          this.#hasWarned ||= isWarning;
          onLog(log);
        },
        onExit: (reason, started) => pooled.onExit(reason, started),
      },
    });
    timer.cancel();
    this.#starting--;
    if (!result.ok) {
      const isLate = initLimit.signal.aborted;
      if (isLate && !isAgain && this.#queue.length > 0) return this.#start(true);
      // As on Lambda, the invocation that waits for the init gets its error, and the next one tries again.
      const failed = this.#environments.size === 0 ? this.#takeQueue() : [];
      for (const pending of failed)
        pending.settle(isLate ? timeoutOf(pending, timeoutMs) : result.error);
      this.#checkDrained();
      return isLate ? initTimedOut : result.error;
    }
    pooled.open(result.environment, clock.now() - startedAt);
    this.#environments.add(pooled);
    if (this.#isRetired) this.#discard(pooled);
    else this.#onFree(pooled);
    return null;
  }

  #onFree(environment: PooledEnvironment): void {
    if (this.#isRetired) {
      if (environment.isIdle) this.#discard(environment);
      return;
    }
    this.#drainInto(environment);
    // What it was just given can have ended it.
    if (!this.#environments.has(environment)) return;
    if (environment.isIdle && this.#environments.offerIdle(environment)) {
      environment.expireAfter(idleExpiryMs, () => {
        if (this.#environments.size > 1) this.#discard(environment);
      });
    }
  }

  /** Deals what waits out to whoever has room. */
  #drainQueue(): void {
    const now = this.#options.clock.now();
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const place = this.#lanes.of(next)?.place ?? null;
      const environment =
        place === null
          ? (this.#environments.takeIdle() ?? this.#environments.roomiest(now))
          : this.#environments.hasRoom(place, now)
            ? place
            : null;
      if (environment === null) return;
      this.#assignFirst(environment);
    }
  }

  #drainInto(environment: PooledEnvironment): void {
    if (this.#queue.length === 0) return;
    const now = this.#options.clock.now();
    while (this.#environments.hasRoom(environment, now)) {
      const next = this.#queue[0];
      if (next === undefined) return;
      // Others of its source, which come before it, wait elsewhere.
      if ((this.#lanes.of(next)?.place ?? environment) !== environment) return;
      this.#assignFirst(environment);
    }
  }

  #assignFirst(environment: PooledEnvironment): void {
    const pending = this.#queue.shift();
    if (pending === undefined) return;
    this.#lanes.leave(pending, "inQueue");
    this.#assign(environment, pending);
  }

  #takeQueue(): PendingInvocation[] {
    const waiting = this.#queue.splice(0);
    for (const pending of waiting) this.#lanes.leave(pending, "inQueue");
    return waiting;
  }

  #recallFrom(environment: PooledEnvironment): readonly PendingInvocation[] {
    const recalled = environment.recallWaiting();
    for (const pending of recalled) this.#lanes.leave(pending, "inPlace");
    return recalled;
  }

  /** In front of what came later. */
  #putBack(taken: readonly PendingInvocation[]): void {
    if (taken.length === 0) return;
    for (const pending of taken) this.#lanes.queue(pending);
    this.#queue = [...taken, ...this.#queue].toSorted((a, b) => a.order - b.order);
  }

  #onEnd(environment: PooledEnvironment, orphans: readonly PendingInvocation[]): void {
    this.#environments.delete(environment);
    if (this.#last === environment) this.#last = null;
    for (const pending of orphans) this.#lanes.leave(pending, "inPlace");
    if (this.#isRetired) {
      for (const pending of orphans) pending.settle(stopped);
      this.#checkDrained();
      return;
    }
    this.#putBack(orphans);
    this.#drainQueue();
    if (this.#queue.length > 0 && this.#environments.size === 0 && this.#starting === 0) {
      this.#scaleOut();
    }
  }

  #discard(environment: PooledEnvironment): void {
    this.#environments.withdraw(environment);
    // Its end is told through `onEnd`.
    void environment.stop();
  }

  #checkDrained(): void {
    if (this.#environments.size > 0 || this.#starting > 0) return;
    this.#onDrained?.();
    this.#onDrained = null;
  }
}

const initTimedOut: InvocationFailure = {
  ok: false,
  kind: "init",
  errorType: "Sandbox.Timedout",
  errorMessage: "Error: Init timed out after 10.00 seconds",
  trace: [],
};

const stopped: InvocationResult = {
  ok: false,
  kind: "unhandled",
  errorType: "Runtime.ExitError",
  errorMessage: "The runtime was stopped",
  trace: [],
};
