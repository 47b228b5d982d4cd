import type { Invocation, InvocationEvent, InvocationResult } from "../../invocation.ts";
import type { SubmittedInvocation } from "../invoker.ts";
import type { Linked, LinkedList } from "../../linked-list.ts";
import type { NumberedIds } from "../../numbered-ids.ts";

/** Where an invocation is that was handed over. */
export interface InvocationPlace {
  hasBegun(invocation: PendingInvocation): boolean;
  /** Takes it back if it waits there. False: it runs, or is about to. */
  recall(invocation: PendingInvocation): boolean;
}

/** Who has to get an invocation its result. */
export interface InvocationKeeper {
  /** Gives it up. False: it has begun. */
  takeBack(invocation: PendingInvocation): boolean;
  onSettled(invocation: PendingInvocation): void;
}

/** Who follows the invocations of one function. */
export interface InvocationOwner {
  /** It waits from now on. */
  onAdmit(invocation: PendingInvocation): void;
  /** It begins to run. Called once for each invocation, even if an environment ends before it really began. */
  onBegin(invocation: PendingInvocation): void;
  /** It has its result. */
  onEnd(invocation: PendingInvocation, result: InvocationResult): void;
  /** It was withdrawn before it began, and has no result. */
  onWithdrawn(invocation: PendingInvocation): void;
}

export interface InvocationRequest {
  readonly ids: NumberedIds;
  /** Its position among all invocations. */
  readonly number: number;
  readonly event: InvocationEvent;
  /** Those of one source begin in the order in which they were made. Null: in any order. */
  readonly source: object | null;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  /** Whether anybody wants to know what memory it took. */
  readonly isMeasured: boolean;
  readonly settle: (result: InvocationResult) => void;
}

/**
 * An invocation whose caller waits. It waits in a lane, or is in an environment, or has ended. What an
 * environment made of it ends with its turn there: one that is given back is as it was before.
 */
export class PendingInvocation
  implements Invocation, SubmittedInvocation, Linked<PendingInvocation>
{
  readonly ids: NumberedIds;
  readonly number: number;
  readonly event: InvocationEvent;
  /** One without a source is its own. */
  readonly source: object;
  readonly submittedAt: number;
  readonly isMeasured: boolean;
  /** Null until it is given to a pool. */
  keeper: InvocationKeeper | null = null;
  list: LinkedList<PendingInvocation> | null = null;
  previous: PendingInvocation | null = null;
  next: PendingInvocation | null = null;
  /** Megabytes, the most its environment has had so far; null where nobody asked, or it is not known. */
  usedMemoryMb: number | null = null;
  #owner: InvocationOwner | null = null;
  readonly #settle: (result: InvocationResult) => void;
  #place: InvocationPlace | null = null;
  #startedAt = 0;
  #initDurationMs: number | null = null;
  #isAnnounced = false;
  #hasEnded = false;

  constructor(request: InvocationRequest) {
    this.ids = request.ids;
    this.number = request.number;
    this.event = request.event;
    this.source = request.source ?? this;
    this.submittedAt = request.submittedAt;
    this.isMeasured = request.isMeasured;
    this.#settle = request.settle;
  }

  get requestId(): string {
    return this.ids.lambdaRequestId(this.number);
  }

  /** The environment it was handed to; null while it waits, and once it has ended. */
  get place(): InvocationPlace | null {
    return this.#place;
  }

  /** Whether its environment runs it, rather than keeping it behind others. */
  get isRunning(): boolean {
    return this.#startedAt !== 0;
  }

  /** Epoch milliseconds; 0 until it runs. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Milliseconds the environment took to start, when this was its first invocation. */
  get initDurationMs(): number | null {
    return this.#initDurationMs;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Its function is ready to run it, or to refuse it. */
  admit(owner: InvocationOwner): void {
    this.#owner = owner;
    owner.onAdmit(this);
  }

  enter(place: InvocationPlace, initDurationMs: number | null): void {
    this.#place = place;
    this.#initDurationMs = initDurationMs;
  }

  begin(now: number): void {
    this.#startedAt = now;
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#owner?.onBegin(this);
  }

  /** Leaves its environment without a result: nothing of its turn there remains. */
  giveBack(): void {
    this.#place = null;
    this.#startedAt = 0;
    this.#initDurationMs = null;
    this.usedMemoryMb = null;
  }

  settle(result: InvocationResult): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#place = null;
    this.keeper?.onSettled(this);
    this.#owner?.onEnd(this, result);
    this.#settle(result);
  }

  withdraw(): boolean {
    if (this.#hasEnded || this.keeper?.takeBack(this) === false) return false;
    this.#hasEnded = true;
    this.list?.remove(this);
    this.#owner?.onWithdrawn(this);
    return true;
  }
}
