import { availableParallelism } from "node:os";
import type { ClockTimer } from "../../clock.ts";
import { EnvironmentSet } from "./environment-set.ts";
import type { FunctionLog, InvocationFailure, InvocationResult } from "../../invocation.ts";
import type { Lane } from "./lane.ts";
import { startEnvironment } from "./start-environment.ts";
import type { InvocationKeeper, PendingInvocation } from "./pending-invocation.ts";
import type { FunctionPoolOptions } from "./pool-options.ts";
import { patienceMs, PooledEnvironment, timeoutOf } from "./pooled-environment.ts";
import { WaitingLanes } from "./waiting-lanes.ts";

/** Who takes over what a retired pool does not run. */
type Heir = (invocation: PendingInvocation) => void;

/** Lambda keeps idle environments for minutes. The number is ours. */
const idleExpiryMs = 7 * 60_000;
/** What waits may take so many looks, a tenth of a second: about what the start of a process costs when all start at once. */
const looksToCatchUp = 5;
/** An environment that ends so many in 20 ms, each in 5, hardly waits for anything but a processor. */
const quickPerLook = 4;
/** One that ends so many in 20 ms costs less than what the gateway itself does for them. */
const cheapPerLook = 100;
/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const initLimitMs = 10_000;

/** The environments of one build of one function. Invocations of one source begin in order. */
export class FunctionPool implements InvocationKeeper {
  readonly #options: FunctionPoolOptions;
  /** Those that take invocations. */
  readonly #environments = new EnvironmentSet();
  /** Those that only end what they run, or are about to end. */
  readonly #leaving = new Set<PooledEnvironment>();
  readonly #waiting = new WaitingLanes();
  /** One for each environment that is being started. */
  readonly #starts = new Set<AbortController>();
  #patience: ClockTimer | null = null;
  #expiry: ClockTimer | null = null;
  /** Set when the pool is retired. */
  #heir: Heir | null = null;
  /** Invocations that ended since it was last decided whether to scale out. */
  #settled = 0;
  #hasWarned = false;
  #hasLoaded = false;
  #hasFailed = false;
  readonly #onDrained: (() => void)[] = [];

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
  }

  /** Starts one environment ahead. Resolves the failure when it cannot be. */
  async warm(): Promise<InvocationFailure | null> {
    return this.#start();
  }

  /** Whether it was tried and no environment ever started: there is nothing to keep. */
  get hasNeverLoaded(): boolean {
    return this.#hasFailed && !this.#hasLoaded;
  }

  /** `now` in epoch milliseconds. */
  submit(invocation: PendingInvocation, now: number): void {
    if (this.#heir !== null) {
      this.#heir(invocation);
      return;
    }
    invocation.keeper = this;
    const lane = this.#waiting.of(invocation);
    const environment = this.#placeFor(lane, now);
    if (environment !== null) {
      this.#handOver(invocation, lane, environment, now);
      return;
    }
    this.#waiting.push(invocation);
    this.#startIfNone();
    this.#watch();
  }

  /** Takes back what has not begun. False: it has begun, or is not here. */
  takeBack(invocation: PendingInvocation): boolean {
    if (invocation.place?.recall(invocation) === false) return false;
    this.#waiting.remove(invocation);
    return true;
  }

  /** Takes nothing new; what waits goes to the heir, what runs ends. */
  retire(heir: Heir): void {
    this.#heir = heir;
    this.#stopTimers();
    const waiting = this.#waiting.takeAll();
    for (const environment of this.#environments) {
      waiting.push(...environment.recallAll(true));
      if (environment.isIdle) this.#discard(environment);
    }
    this.#inherit(waiting.toSorted((a, b) => a.number - b.number));
    this.#checkDrained();
  }

  /** Resolves when every environment of a retired pool has ended. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve);
      this.#checkDrained();
    });
  }

  /** Ends everything, running invocations too. */
  async stop(): Promise<void> {
    this.#heir = (invocation) => invocation.settle(stopped);
    this.#stopTimers();
    this.#inherit(this.#waiting.takeAll());
    for (const start of this.#starts) start.abort();
    for (const environment of this.#environments) this.#discard(environment);
    await this.drained();
  }

  /** An invocation of the pool has its result. */
  onSettled(invocation: PendingInvocation): void {
    this.#settled++;
    this.#waiting.onSettled(invocation);
  }

  /** Null when nothing has room, or room where it may not go: before others that wait. */
  #placeFor(lane: Lane | null, now: number): PooledEnvironment | null {
    if (lane !== null && lane.waiting.size > 0) return null;
    const place = lane?.place ?? null;
    if (place === null) return this.#waiting.hasReady ? null : this.#environments.pick(now);
    return place.hasRoom(now) && !this.#waiting.hasParked(place) ? place : null;
  }

  /** `lane`: null when nothing of the source waits or runs. */
  #handOver(
    invocation: PendingInvocation,
    lane: Lane | null,
    environment: PooledEnvironment,
    now: number,
  ): void {
    this.#waiting.onHandedOver(invocation, lane, environment);
    environment.assign(invocation, now);
    if (lane !== null) this.#waiting.relist(lane);
    if (environment.hasBacklog || this.#waiting.hasReady) this.#watch();
  }

  /** Looks again after a while at work that waits behind other work. */
  #watch(): void {
    if (this.#heir !== null) return;
    this.#patience ??= this.#options.clock.after(patienceMs, () => {
      this.#patience = null;
      const now = this.#options.clock.now();
      for (const environment of this.#environments) {
        if (!environment.hasBacklog || !environment.isStuck(now)) continue;
        this.#waiting.putBack(environment.recallAll());
      }
      for (const environment of this.#environments) this.#waiting.release(environment);
      this.#deal(now);
      const next = this.#waiting.first;
      const isLate = next !== null && now - next.submittedAt >= patienceMs;
      if (isLate && !this.#catchesUp()) this.#scaleOut();
      if (this.#hasBacklog) this.#watch();
    });
  }

  /** Whether anything waits for its turn, here or in an environment. */
  get #hasBacklog(): boolean {
    return !this.#waiting.isEmpty || this.#environments.hasBacklog;
  }

  /**
   * Whether the environments that there are will soon have worked off what waits, going by what they did
   * since the last look. Many quick invocations are served sooner by few warm environments.
   */
  #catchesUp(): boolean {
    const settled = this.#settled;
    this.#settled = 0;
    const { size } = this.#environments;
    // What is being started will take its share of what waits.
    if (this.#starts.size > 0 || settled >= size * cheapPerLook) return true;
    // Quick ones need a processor, of which there are no more: further environments only take turns.
    if (size >= availableParallelism() && settled >= size * quickPerLook) return true;
    const most = settled * looksToCatchUp;
    return most > 0 && this.#waiting.countReady(most + 1) <= most;
  }

  #startIfNone(): void {
    if (this.#environments.size === 0 && this.#starts.size === 0) this.#scaleOut();
  }

  #scaleOut(): void {
    const { maxEnvironments, concurrencyPerEnvironment } = this.#options;
    const room = maxEnvironments - this.#environments.size - this.#starts.size;
    const atOnce = Math.max(2, availableParallelism()) - this.#starts.size;
    const most = Math.max(0, Math.min(room, atOnce));
    // Those that are being started will take their share of what waits.
    const starting = this.#starts.size;
    const waiting = this.#waiting.countReady((most + starting) * concurrencyPerEnvironment);
    const count = Math.min(most, Math.ceil(waiting / concurrencyPerEnvironment) - starting);
    for (let started = 0; started < count; started++) {
      // The failure is delivered to the invocations that wait for it.
      void this.#start();
    }
  }

  /** `isAgain`: an init that has taken too long once is part of the invocation, and has the time of that. */
  async #start(isAgain = false): Promise<InvocationFailure | null> {
    const { clock, concurrencyPerEnvironment: concurrency, timeoutMs } = this.#options;
    const limit = new AbortController();
    this.#starts.add(limit);
    const limitMs = isAgain || timeoutMs === Infinity ? timeoutMs : initLimitMs;
    let isLate = false;
    const timer = clock.after(limitMs, () => {
      isLate = true;
      limit.abort();
    });
    const environment = new PooledEnvironment({
      clock,
      concurrency,
      timeoutMs,
      onFree: this.#onFree,
      onGivenBack: (invocation, before) => this.#waiting.onGivenBack(invocation, before),
      onLost: this.#onLost,
      onEnd: this.#onEnd,
    });
    const error = await startEnvironment(environment, this.#options, limit.signal, this.#onLog);
    timer.cancel();
    this.#starts.delete(limit);
    if (error === null) {
      this.#hasLoaded = true;
      this.#environments.add(environment);
      if (this.#heir === null) this.#onFree(environment, clock.now());
      else this.#discard(environment);
      return null;
    }
    this.#hasFailed = true;
    if (isLate && !isAgain && this.#waiting.hasReady) return this.#start(true);
    // As on Lambda, the invocation that waits for the init gets its error, and the next one tries again.
    if (this.#environments.size === 0 && this.#starts.size === 0) {
      for (const invocation of this.#waiting.takeAll()) {
        invocation.settle(isLate ? timeoutOf(invocation, timeoutMs) : error);
      }
    }
    this.#checkDrained();
    return isLate ? initTimedOut : error;
  }

  readonly #onLog = (log: FunctionLog): void => {
    // Every environment reports it; once for each build is enough.
    const isWarning = log.kind === "ignored-return";
    if (isWarning && this.#hasWarned) return;
    this.#hasWarned ||= isWarning;
    this.#options.onLog(log);
  };

  readonly #onFree = (environment: PooledEnvironment, now: number): void => {
    if (!this.#environments.has(environment)) return;
    if (this.#heir !== null) {
      if (environment.isIdle) this.#discard(environment);
      return;
    }
    this.#fill(environment, now);
    if (environment.isIdle) this.#watchIdle();
  };

  /** Gives an environment what waits, as far as it has room. */
  #fill(environment: PooledEnvironment, now: number): void {
    while (this.#environments.has(environment) && environment.hasRoom(now)) {
      const lane = this.#waiting.nextFor(environment);
      const next = lane === null ? null : this.#waiting.take(lane);
      if (next === null) return;
      this.#handOver(next, lane, environment, now);
    }
  }

  /** Deals what waits out to whoever has room. */
  #deal(now: number): void {
    while (this.#waiting.hasReady) {
      const environment = this.#environments.pick(now);
      const lane = environment === null ? null : this.#waiting.nextReady;
      const next = lane === null ? null : this.#waiting.take(lane);
      if (environment === null || next === null) break;
      this.#handOver(next, lane, environment, now);
    }
    for (const environment of this.#environments) {
      if (this.#waiting.hasParked(environment)) this.#fill(environment, now);
    }
  }

  readonly #onLost = (
    environment: PooledEnvironment,
    orphans: readonly PendingInvocation[],
  ): void => {
    this.#environments.delete(environment);
    this.#waiting.release(environment);
    this.#takeOver(orphans);
    this.#discard(environment);
  };

  readonly #onEnd = (
    environment: PooledEnvironment,
    orphans: readonly PendingInvocation[],
  ): void => {
    this.#leaving.delete(environment);
    this.#waiting.release(environment);
    this.#takeOver(orphans);
    this.#checkDrained();
  };

  /** What an environment did not begin is as if it had never been there. */
  #takeOver(orphans: readonly PendingInvocation[]): void {
    if (this.#heir !== null) {
      this.#inherit(orphans);
      return;
    }
    this.#waiting.putBack(orphans);
    this.#deal(this.#options.clock.now());
    if (!this.#hasBacklog) return;
    this.#startIfNone();
    this.#watch();
  }

  #inherit(invocations: readonly PendingInvocation[]): void {
    for (const invocation of invocations) this.#heir?.(invocation);
  }

  /** It takes nothing more, and ends with what it runs. */
  #discard(environment: PooledEnvironment): void {
    this.#environments.delete(environment);
    if (environment.hasEnded) return;
    this.#leaving.add(environment);
    // Its end is reported by `onEnd`.
    void environment.stop();
  }

  /** Ends environments that nobody has used for a while, so that functions at rest take no memory. */
  #watchIdle(): void {
    if (this.#expiry !== null || this.#environments.size === 0) return;
    const { clock } = this.#options;
    const idle = Array.from(this.#environments).filter(({ isIdle }) => isIdle);
    const oldest = Math.min(...idle.map(({ idleSince }) => idleSince));
    this.#expiry = clock.after(oldest + idleExpiryMs - clock.now(), () => {
      this.#expiry = null;
      const now = clock.now();
      const expired = idleLongest(this.#environments, now - idleExpiryMs);
      for (const environment of expired) this.#discard(environment);
      if (Array.from(this.#environments).some(({ isIdle }) => isIdle)) this.#watchIdle();
    });
  }

  #stopTimers(): void {
    this.#patience?.cancel();
    this.#expiry?.cancel();
  }

  #checkDrained(): void {
    if (this.#environments.size + this.#leaving.size + this.#starts.size > 0) return;
    for (const resolve of this.#onDrained.splice(0)) resolve();
  }
}

function idleLongest(
  environments: Iterable<PooledEnvironment>,
  before: number,
): PooledEnvironment[] {
  return Array.from(environments)
    .filter(({ isIdle, idleSince }) => isIdle && idleSince <= before)
    .toSorted((a, b) => a.idleSince - b.idleSince);
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
