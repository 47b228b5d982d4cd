import { availableParallelism } from "node:os";
import type { Clock, ClockTimer } from "../clock.ts";
import { EnvironmentSet, patienceMs } from "./environment-set.ts";
import type { EnvironmentOptions, ExecutionStrategy, FunctionLog } from "./execution-strategy.ts";
import { ignoredReturnWarning } from "./handler/call-handler.ts";
import type { InvocationFailure, InvocationResult } from "./invocation.ts";
import { PooledEnvironment, timeoutOf, type PendingInvocation } from "./pooled-environment.ts";

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
      const environment =
        this.#busyWithRoom() ??
        this.#environments.takeIdle() ??
        this.#environments.roomiest(pending.submittedAt);
      if (environment !== null) {
        this.#last = environment;
        environment.assign(pending);
        if (environment.isBehind) this.#watch();
        return;
      }
    }
    this.#queue.push(pending);
    if (this.#environments.size === 0 && this.#starting === 0) this.#scaleOut();
    else this.#watch();
  }

  /** Takes nothing new; what waits goes back to the caller, what runs ends. */
  retire(): PendingInvocation[] {
    this.#isRetired = true;
    this.#patience?.cancel();
    const waiting = [...this.#queue];
    this.#queue = [];
    for (const environment of this.#environments) {
      waiting.push(...environment.recallWaiting());
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
    for (const pending of this.#queue.splice(0)) pending.settle(stopped);
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
          taken.push(...environment.recallWaiting());
      }
      if (taken.length > 0) {
        this.#queue = [...taken, ...this.#queue].toSorted((a, b) => a.order - b.order);
      }
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
      const failed = this.#environments.size === 0 ? this.#queue.splice(0) : [];
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
    while (this.#queue.length > 0) {
      const environment = this.#environments.takeIdle() ?? this.#environments.roomiest(now);
      const pending = environment === null ? undefined : this.#queue.shift();
      if (environment === null || pending === undefined) return;
      environment.assign(pending);
      if (environment.isBehind) this.#watch();
    }
  }

  #drainInto(environment: PooledEnvironment): void {
    if (this.#queue.length === 0) return;
    const now = this.#options.clock.now();
    while (this.#environments.hasRoom(environment, now)) {
      const pending = this.#queue.shift();
      if (pending === undefined) break;
      environment.assign(pending);
    }
    if (environment.isBehind) this.#watch();
  }

  #onEnd(environment: PooledEnvironment, orphans: readonly PendingInvocation[]): void {
    this.#environments.delete(environment);
    if (this.#last === environment) this.#last = null;
    if (this.#isRetired) {
      for (const pending of orphans) pending.settle(stopped);
      this.#checkDrained();
      return;
    }
    if (orphans.length > 0) {
      this.#queue = [...orphans, ...this.#queue].toSorted((a, b) => a.order - b.order);
    }
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
