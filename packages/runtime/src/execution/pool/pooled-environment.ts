import type { Clock, ClockTimer } from "../../clock.ts";
import type { ExecutionEnvironment } from "../execution-strategy.ts";
import type { Invocation, InvocationFailure, InvocationResult } from "../../invocation.ts";
import type { InvocationPlace, PendingInvocation } from "./pending-invocation.ts";

/**
 * How long an invocation waits behind a busy environment before another one is started: about what a
 * start costs. A burst of quick invocations is served sooner by few warm environments; slow ones scale out.
 */
export const patienceMs = 20;
/** Invocations handed to a busy environment ahead of time. */
const prefetchDepth = 32;
/** Milliseconds for which a quick one is given work ahead: about what another one takes to wake up. */
const quickPrefetchMs = 50;
/** Characters of events that wait inside an environment, where they take of its memory. */
const prefetchLength = 4 * 1024 * 1024;

/** Invocations after which an environment is judged again. */
const judgedInvocations = 64;
/**
 * Milliseconds for so many that make it a quick one: a fifth of a millisecond each. The gateway itself
 * takes hardly less for them, and waking another environment takes more.
 */
const quickMs = judgedInvocations / 5;

export interface PooledEnvironmentOptions {
  readonly clock: Clock;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** It may take more than before. */
  readonly onFree: (environment: PooledEnvironment, now: number) => void;
  /**
   * One that waited here was taken back; `before` is the one of the same source that was handed over before
   * it, if that is still here.
   */
  readonly onGivenBack: (invocation: PendingInvocation, before: PendingInvocation | null) => void;
  /** It is lost: its time was up, or it ended. Called once; `orphans` have not begun. */
  readonly onLost: (environment: PooledEnvironment, orphans: readonly PendingInvocation[]) => void;
  /** Nothing of it runs any more. Called once, after `onLost`; `orphans` have not begun. */
  readonly onEnd: (environment: PooledEnvironment, orphans: readonly PendingInvocation[]) => void;
}

/** An environment with what it was given: the first `concurrency` run, the others wait inside it. */
export class PooledEnvironment implements InvocationPlace {
  readonly #options: PooledEnvironmentOptions;
  #environment: ExecutionEnvironment | null = null;
  #assigned: PendingInvocation[] = [];
  /** Characters of their events. */
  #length = 0;
  /** How many it may have. */
  #depth = prefetchDepth;
  #initDurationMs: number | null = null;
  #deadline: ClockTimer | null = null;
  #isLost = false;
  #hasEnded = false;
  #lastBegunAt = 0;
  /** What was begun when it was last found out. */
  #begun = 0;
  #idleSince: number;
  #turn = false;
  #isQuick = false;
  /** Invocations since it was judged, the time it was busy with them, and since when it is. */
  #judged = 0;
  #busyMs = 0;
  #busySince = 0;

  constructor(options: PooledEnvironmentOptions) {
    this.#options = options;
    this.#idleSince = options.clock.now();
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

  /** Epoch milliseconds of its last result, or of its start. */
  get idleSince(): number {
    return this.#idleSince;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether something waits behind what runs. */
  get hasBacklog(): boolean {
    return this.#assigned.length > this.#options.concurrency;
  }

  /** Whether it may take another one: to run it, or to run it soon. Not ahead while it is stuck. */
  hasRoom(now: number): boolean {
    const load = this.#assigned.length;
    if (this.#isLost || this.#environment === null || !this.#environment.hasSlot) return false;
    if (load < this.#options.concurrency) return true;
    if (load >= this.#depth || this.#length >= prefetchLength) return false;
    return this.#environment.canPrefetch && !this.isStuck(now);
  }

  /** Whether it runs something, and may run one more at the same time. */
  get hasCompany(): boolean {
    const load = this.#assigned.length;
    return load > 0 && load < this.#options.concurrency && this.#environment?.hasSlot === true;
  }

  /** Whether what waits is sooner done here than in another environment, which would have to wake up. */
  isQuick(now: number): boolean {
    return this.#isQuick && !this.#isLost && !this.isStuck(now);
  }

  /** Whether nothing has begun here for so long that what would wait should go elsewhere. */
  isStuck(now: number): boolean {
    if (this.#assigned.length < this.#options.concurrency) return false;
    return now - this.#lastBegunAt >= patienceMs && !this.#hasGoneOn(now);
  }

  /** Whether it has begun more than its results say: a busy gateway, or a busy machine, is late to read them. */
  #hasGoneOn(now: number): boolean {
    const begun = this.#environment?.begun ?? 0;
    if (begun <= this.#begun) return false;
    this.#begun = begun;
    this.#lastBegunAt = now;
    return true;
  }

  /** Whether the handler of an invocation that was handed over here has been called, as far as is known. */
  hasBegun(invocation: PendingInvocation): boolean {
    return this.#environment?.hasBegun?.(invocation) ?? invocation.isRunning;
  }

  /** True every second time. */
  takesTurns(): boolean {
    this.#turn = !this.#turn;
    return this.#turn;
  }

  /** `now` in epoch milliseconds. */
  assign(invocation: PendingInvocation, now: number): void {
    invocation.enter(this, this.#initDurationMs);
    this.#initDurationMs = null;
    if (invocation.isMeasured) this.#environment?.measureMemory();
    const wasIdle = this.isIdle;
    this.#assigned.push(invocation);
    this.#length += invocation.event.length;
    if (this.#assigned.length <= this.#options.concurrency) this.#begin(invocation, now);
    if (wasIdle) this.#busySince = this.#lastBegunAt;
    this.#environment?.invoke(invocation);
  }

  /** Takes back one that waits behind what runs. False: it runs, or is about to. */
  recall(invocation: PendingInvocation): boolean {
    if (invocation.isRunning || this.#environment?.recall(invocation) !== true) return false;
    const index = this.#assigned.lastIndexOf(invocation);
    const { source } = invocation;
    const before = this.#assigned.findLast((other, at) => at < index && other.source === source);
    this.#giveBack(index, before ?? null);
    this.#options.onFree(this, this.#options.clock.now());
    return true;
  }

  /** Takes back all that wait behind what runs; `alsoRunning`: what is not running yet in truth, too. */
  recallAll(alsoRunning = false): PendingInvocation[] {
    const recalled: PendingInvocation[] = [];
    const kept = alsoRunning ? 0 : this.#options.concurrency;
    const before = formerOfSource(this.#assigned);
    // The last one first: the environment begins with the first meanwhile, and none may overtake another.
    for (let index = this.#assigned.length - 1; index >= kept; index--) {
      const invocation = this.#assigned[index];
      if (invocation === undefined || this.#environment?.recall(invocation) !== true) break;
      this.#giveBack(index, before[index] ?? null);
      recalled.push(invocation);
    }
    return recalled.toReversed();
  }

  onResult(invocation: Invocation, result: InvocationResult): void {
    const assigned = this.#take(invocation);
    // What it no longer owns, because it was taken back or its time was up, is not its business.
    if (assigned === null) return;
    const now = this.#options.clock.now();
    const next = this.#assigned[this.#options.concurrency - 1];
    if (next !== undefined && !next.isRunning) this.#begin(next, now);
    this.#judge(now);
    this.#readMemory(assigned);
    assigned.settle(result);
    this.#options.onFree(this, now);
  }

  /** Nearly always it is the first one. */
  #take(invocation: Invocation): PendingInvocation | null {
    const isFirst = this.#assigned[0] === invocation;
    const index = isFirst ? 0 : this.#assigned.findIndex((assigned) => assigned === invocation);
    return index === -1 ? null : this.#takeAt(index);
  }

  #takeAt(index: number): PendingInvocation | null {
    const taken = index === 0 ? this.#assigned.shift() : this.#assigned.splice(index, 1)[0];
    if (taken === undefined) return null;
    this.#length -= taken.event.length;
    return taken;
  }

  /** After each result. */
  #judge(now: number): void {
    if (this.isIdle) {
      this.#idleSince = now;
      this.#busyMs += now - this.#busySince;
      this.#busySince = now;
    }
    if (++this.#judged < judgedInvocations) return;
    const busyMs = Math.max(1, this.#busyMs + now - this.#busySince);
    this.#isQuick = busyMs <= quickMs;
    this.#depth = this.#isQuick ? (judgedInvocations / busyMs) * quickPrefetchMs : prefetchDepth;
    this.#judged = 0;
    this.#busyMs = 0;
    this.#busySince = now;
  }

  /** `started` had begun, in truth. */
  onExit(reason: InvocationFailure, started: readonly Invocation[]): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#deadline?.cancel();
    const begun = new Set(started);
    const orphans: PendingInvocation[] = [];
    const { onLost, onEnd } = this.#options;
    const settled = this.#assigned;
    this.#assigned = [];
    for (const invocation of settled) {
      this.#readMemory(invocation);
      if (begun.has(invocation)) invocation.settle(withRequestId(reason, invocation.requestId));
      else {
        invocation.giveBack();
        orphans.push(invocation);
      }
    }
    const wasLost = this.#isLost;
    this.#isLost = true;
    if (!wasLost) onLost(this, orphans);
    onEnd(this, wasLost ? orphans : []);
  }

  /** Takes nothing more. Resolves when it has ended, which `onEnd` reports as well. */
  async stop(): Promise<void> {
    this.#isLost = true;
    this.#deadline?.cancel();
    await this.#environment?.stop();
  }

  /** `before`: the one of the same source that is in front of it. */
  #giveBack(index: number, before: PendingInvocation | null): void {
    const invocation = this.#takeAt(index);
    invocation?.giveBack();
    if (invocation !== null) this.#options.onGivenBack(invocation, before);
  }

  #readMemory(invocation: PendingInvocation): void {
    if (invocation.isMeasured) invocation.usedMemoryMb = this.#environment?.usedMemoryMb ?? null;
  }

  #begin(invocation: PendingInvocation, now: number): void {
    const { clock, timeoutMs } = this.#options;
    this.#lastBegunAt = now;
    invocation.begin(now);
    // One timer serves all invocations: it looks who is due and waits on for the next.
    this.#deadline ??= clock.after(timeoutMs, () => this.#checkDeadline());
  }

  #checkDeadline(): void {
    this.#deadline = null;
    const { clock, timeoutMs, onLost } = this.#options;
    let oldest: PendingInvocation | null = null;
    for (const invocation of this.#assigned) {
      if (!invocation.isRunning) continue;
      if (oldest === null || invocation.startedAt < oldest.startedAt) oldest = invocation;
    }
    if (oldest === null) return;
    const remainingMs = oldest.startedAt + timeoutMs - clock.now();
    if (remainingMs > 0) {
      this.#deadline = clock.after(remainingMs, () => this.#checkDeadline());
      return;
    }
    // Lambda resets an environment whose time is up. Neither its caller nor others wait until that is done.
    this.#isLost = true;
    // Also this one, if its environment was too busy to begin it: it must not begin after its time.
    const orphans = this.recallAll(true).filter((invocation) => invocation !== oldest);
    this.#assigned = this.#assigned.filter((invocation) => invocation !== oldest);
    this.#readMemory(oldest);
    oldest.settle(timeoutOf(oldest, timeoutMs));
    onLost(this, orphans);
  }
}

/** For each of them, the one of the same source in front of it. */
function formerOfSource(invocations: readonly PendingInvocation[]): (PendingInvocation | null)[] {
  const last = new Map<object, PendingInvocation>();
  return invocations.map((invocation) => {
    const former = last.get(invocation.source) ?? null;
    last.set(invocation.source, invocation);
    return former;
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
export function timeoutOf(invocation: Invocation, timeoutMs: number): InvocationFailure {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    ok: false,
    kind: "timeout",
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${seconds} seconds`,
    trace: [],
  };
}

function withRequestId(reason: InvocationFailure, requestId: string): InvocationFailure {
  return { ...reason, errorMessage: `RequestId: ${requestId} Error: ${reason.errorMessage}` };
}
