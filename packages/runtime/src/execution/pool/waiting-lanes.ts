import { Lane } from "./lane.ts";
import { LinkedList } from "../../linked-list.ts";
import type { PendingInvocation } from "./pending-invocation.ts";
import type { PooledEnvironment } from "./pooled-environment.ts";

/**
 * What waits in a pool, by source. Lanes take turns, one invocation at a time, so that nobody's flood
 * holds up others; a lane that has to wait for a certain environment is in nobody's way.
 */
export class WaitingLanes {
  readonly #bySource = new Map<object, Lane>();
  /** Lanes whose next invocation may go to any environment; the one whose turn it is first. */
  readonly #ready = new LinkedList<Lane>();
  /** Lanes whose next invocation waits for room in this environment. */
  readonly #parked = new Map<PooledEnvironment, LinkedList<Lane>>();

  /** Whether something waits that any environment may take. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  get isEmpty(): boolean {
    return this.#ready.size === 0 && this.#parked.size === 0;
  }

  /** The invocation whose turn it is; null when none may go to any environment. */
  get first(): PendingInvocation | null {
    return this.#ready.first?.waiting.first ?? null;
  }

  hasParked(environment: PooledEnvironment): boolean {
    return this.#parked.has(environment);
  }

  /** The lane of the invocation's source, if anything of it waits or runs. */
  of({ source }: PendingInvocation): Lane | null {
    return this.#bySource.get(source) ?? null;
  }

  /** The invocation goes to an environment. `lane`: null when its source has none. */
  onHandedOver(
    invocation: PendingInvocation,
    lane: Lane | null,
    environment: PooledEnvironment,
  ): void {
    (lane ?? this.#enter(invocation)).onHandedOver(invocation, environment);
  }

  /** It waits behind all others of its source. */
  push(invocation: PendingInvocation): void {
    const lane = this.#enter(invocation);
    lane.waiting.push(invocation);
    if (lane.list === null) this.#enlist(lane);
  }

  /** They wait again, before all later ones of their sources, and have the next turns. In the order given. */
  putBack(invocations: readonly PendingInvocation[]): void {
    for (const invocation of invocations.toReversed()) {
      const lane = this.#enter(invocation);
      lane.putBack(invocation);
      this.#unlist(lane);
      this.#enlist(lane, true);
    }
  }

  /**
   * The lane that is next for the environment: of those that wait for it and of those that may go anywhere
   * in turn. Null when there is none.
   */
  nextFor(environment: PooledEnvironment): Lane | null {
    const isParkedNext =
      this.#parked.has(environment) && (this.#ready.size === 0 || environment.takesTurns());
    return isParkedNext ? (this.#parked.get(environment)?.first ?? null) : this.nextReady;
  }

  get nextReady(): Lane | null {
    return this.#ready.first;
  }

  /** Takes the next invocation of a lane, which waits for nothing until it is listed again. */
  take(lane: Lane): PendingInvocation | null {
    this.#unlist(lane);
    return lane.take();
  }

  /** After an invocation was handed over: its lane waits on for what comes next, if anything does. */
  relist(lane: Lane): void {
    if (lane.waiting.size > 0 && lane.list === null) this.#enlist(lane);
  }

  /** Lanes that wait for the environment, and need not any more, may go anywhere. */
  release(environment: PooledEnvironment): void {
    for (const lane of this.#parked.get(environment) ?? []) {
      if (lane.place === environment) continue;
      this.#unlist(lane);
      this.#ready.push(lane);
    }
  }

  /** One that waits waits no longer. */
  remove(invocation: PendingInvocation): void {
    const lane = this.of(invocation);
    if (lane === null) return;
    lane.waiting.remove(invocation);
    this.#forget(lane);
  }

  /** An invocation has ended. */
  onSettled(invocation: PendingInvocation): void {
    const lane = this.of(invocation);
    if (lane !== null) this.#forget(lane);
  }

  onGivenBack(invocation: PendingInvocation, before: PendingInvocation | null): void {
    this.of(invocation)?.onGivenBack(invocation, before);
  }

  /** Takes out all that waits, in the order in which it was submitted. */
  takeAll(): PendingInvocation[] {
    const taken: PendingInvocation[] = [];
    for (const lane of this.#bySource.values()) {
      for (let next = lane.take(); next !== null; next = lane.take()) taken.push(next);
      this.#forget(lane);
    }
    return taken.toSorted((a, b) => a.number - b.number);
  }

  /** How many invocations may go to any environment; counts no further than `limit`. */
  countReady(limit: number): number {
    let count = 0;
    for (const lane of this.#ready) {
      count += lane.waiting.size;
      if (count >= limit) return limit;
    }
    return count;
  }

  #enlist(lane: Lane, hasPriority = false): void {
    const { place } = lane;
    let lanes = place === null ? this.#ready : this.#parked.get(place);
    if (lanes === undefined && place !== null) {
      lanes = new LinkedList();
      this.#parked.set(place, lanes);
    }
    if (hasPriority) lanes?.unshift(lane);
    else lanes?.push(lane);
    lane.parkedAt = place;
  }

  #unlist(lane: Lane): void {
    const { list, parkedAt } = lane;
    list?.remove(lane);
    lane.parkedAt = null;
    if (parkedAt !== null && list?.size === 0) this.#parked.delete(parkedAt);
  }

  /** A lane of which nothing is left is dropped. */
  #forget(lane: Lane): void {
    if (lane.waiting.size === 0) this.#unlist(lane);
    if (lane.isEmpty) this.#bySource.delete(lane.source);
  }

  #enter({ source }: PendingInvocation): Lane {
    let lane = this.#bySource.get(source);
    if (lane === undefined) {
      lane = new Lane(source);
      this.#bySource.set(source, lane);
    }
    return lane;
  }
}
