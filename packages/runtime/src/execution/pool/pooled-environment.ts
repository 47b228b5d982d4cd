import type { PendingInvocation } from "./pending-invocation.ts";
import type { Clock, ClockTimer } from "../../clock.ts";
import type { ExecutionEnvironment } from "../execution-strategy.ts";
import type { Invocation, InvocationFailure, InvocationResult } from "../../invocation.ts";

export interface PooledEnvironmentOptions {
  readonly clock: Clock;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** One that has waited here begins. */
  readonly onBegin: (pending: PendingInvocation) => void;
  readonly onFree: (environment: PooledEnvironment) => void;
  /** `orphans` had not begun. */
  readonly onEnd: (environment: PooledEnvironment, orphans: readonly PendingInvocation[]) => void;
}

/** An environment with what it was given: the first `concurrency` run, the others wait inside it. */
export class PooledEnvironment {
  readonly #options: PooledEnvironmentOptions;
  #environment: ExecutionEnvironment | null = null;
  #assigned: PendingInvocation[] = [];
  #initDurationMs: number | null = null;
  #deadline: ClockTimer | null = null;
  #expiry: ClockTimer | null = null;
  #timedOut: PendingInvocation | null = null;
  #isStopping = false;
  #lastBegunAt = 0;

  constructor(options: PooledEnvironmentOptions) {
    this.#options = options;
  }

  open(environment: ExecutionEnvironment, initDurationMs: number): void {
    this.#environment = environment;
    this.#initDurationMs = initDurationMs;
  }

  get load(): number {
    return this.#assigned.length;
  }

  get isIdle(): boolean {
    return this.#assigned.length === 0;
  }

  /** Whether something waits behind what runs. */
  get isBehind(): boolean {
    return this.#assigned.length > this.#options.concurrency;
  }

  /** Whether it may take another one: to run it, or to run it soon. */
  hasRoom(prefetchDepth: number, isStuck: boolean): boolean {
    if (this.#environment === null || this.#isStopping) return false;
    if (!this.#environment.hasSlot) return false;
    const ahead = this.#environment.canPrefetch && !isStuck ? prefetchDepth : 0;
    return this.#assigned.length < Math.max(this.#options.concurrency, ahead);
  }

  /** Whether nothing has begun here for so long that what would wait should go elsewhere. */
  isStuck(now: number, patienceMs: number): boolean {
    const isFull = this.#assigned.length >= this.#options.concurrency;
    return isFull && now - this.#lastBegunAt >= patienceMs;
  }

  assign(pending: PendingInvocation): void {
    this.#expiry?.cancel();
    this.#expiry = null;
    pending.initDurationMs = this.#initDurationMs;
    this.#initDurationMs = null;
    if (pending.isMeasured) this.#environment?.measureMemory();
    this.#assigned.push(pending);
    if (this.#assigned.length <= this.#options.concurrency) this.#begin(pending);
    this.#environment?.invoke(pending);
  }

  /** Takes back everything that has not begun. */
  recallWaiting(): PendingInvocation[] {
    const recalled: PendingInvocation[] = [];
    // The last one first: the environment begins with the first meanwhile, and none may overtake another.
    for (const pending of this.#assigned.slice(this.#options.concurrency).toReversed()) {
      if (this.#environment?.recall(pending) === true) recalled.push(pending);
    }
    recalled.reverse();
    if (recalled.length > 0) {
      const gone = new Set(recalled);
      this.#assigned = this.#assigned.filter((pending) => !gone.has(pending));
    }
    return recalled;
  }

  onResult(invocation: Invocation, result: InvocationResult): void {
    const index = this.#assigned.findIndex((pending) => pending === invocation);
    const pending = this.#assigned[index];
    if (pending === undefined) return;
    if (index === 0) this.#assigned.shift();
    else this.#assigned.splice(index, 1);
    const next = this.#assigned[this.#options.concurrency - 1];
    if (next !== undefined && next.startedAt === 0) {
      this.#begin(next);
      this.#options.onBegin(next);
    }
    this.#readMemory(pending);
    pending.settle(result);
    this.#options.onFree(this);
  }

  onExit(reason: InvocationFailure, started: readonly Invocation[]): void {
    this.#deadline?.cancel();
    this.#expiry?.cancel();
    this.#isStopping = true;
    const begun = new Set(started);
    const orphans: PendingInvocation[] = [];
    for (const pending of this.#assigned) {
      this.#readMemory(pending);
      if (pending === this.#timedOut) pending.settle(timeoutOf(pending, this.#options.timeoutMs));
      else if (begun.has(pending)) pending.settle(withRequestId(reason, pending.requestId));
      else orphans.push(pending);
    }
    this.#assigned = [];
    this.#options.onEnd(this, orphans);
  }

  expireAfter(delayMs: number, expire: () => void): void {
    this.#expiry?.cancel();
    this.#expiry = this.#options.clock.after(delayMs, expire);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#expiry?.cancel();
    this.#deadline?.cancel();
    await this.#environment?.stop();
  }

  #readMemory(pending: PendingInvocation): void {
    if (pending.isMeasured) pending.usedMemoryMb = this.#environment?.usedMemoryMb ?? null;
  }

  #begin(pending: PendingInvocation): void {
    pending.startedAt = this.#options.clock.now();
    this.#lastBegunAt = pending.startedAt;
    pending.onBegin?.();
    // One timer serves all invocations: it looks who is due and waits on for the next.
    this.#deadline ??= this.#options.clock.after(this.#options.timeoutMs, () =>
      this.#checkDeadline(),
    );
  }

  #checkDeadline(): void {
    this.#deadline = null;
    const { clock, timeoutMs } = this.#options;
    let oldest: PendingInvocation | null = null;
    for (const pending of this.#assigned) {
      if (pending.startedAt === 0) continue;
      if (oldest === null || pending.startedAt < oldest.startedAt) oldest = pending;
    }
    if (oldest === null) return;
    const remainingMs = oldest.startedAt + timeoutMs - clock.now();
    if (remainingMs > 0) {
      this.#deadline = clock.after(remainingMs, () => this.#checkDeadline());
      return;
    }
    this.#timedOut = oldest;
    // Lambda resets an environment whose time is up; the pool hears of it through `onExit`.
    void this.stop();
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
export function timeoutOf(pending: PendingInvocation, timeoutMs: number): InvocationFailure {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    ok: false,
    kind: "timeout",
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${pending.requestId} Error: Task timed out after ${seconds} seconds`,
    trace: [],
  };
}

function withRequestId(reason: InvocationFailure, requestId: string): InvocationFailure {
  return { ...reason, errorMessage: `RequestId: ${requestId} Error: ${reason.errorMessage}` };
}
