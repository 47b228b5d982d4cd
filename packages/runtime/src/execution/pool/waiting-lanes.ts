import { Lane } from "./lane.ts";
import { LinkedList } from "./linked-list.ts";
import type { PendingInvocation } from "./pending-invocation.ts";
import type { PooledEnvironment } from "./pooled-environment.ts";

/**
 * What waits in a pool, by source. Lanes take turns, one invocation at a time, so that nobody's flood
 * holds up others; a lane whose environment has no room waits there, and is in nobody's way.
 */
export class WaitingLanes {
  readonly #bySource = new Map<object, Lane>();
  /** Lanes whose next invocation may go to any environment; the one whose turn it is first. */
  readonly #ready = new LinkedList<Lane>();

  /** Whether something waits that any environment may take. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** The invocation whose turn it is; null when none may go to any environment. */
  get first(): PendingInvocation | null {
    return this.#ready.first?.waiting.first ?? null;
  }

  /** The lane of the invocation's source, if anything of it waits or runs. */
  of({ lane, source }: PendingInvocation): Lane | null {
    return source === null ? lane : (this.#bySource.get(source) ?? null);
  }

  /** The invocation goes to an environment. */
  onHandedOver(invocation: PendingInvocation): void {
    if (invocation.source !== null) this.#enter(invocation).onHandedOver(invocation);
  }

  /** It waits behind all others of its source. */
  push(invocation: PendingInvocation): void {
    const lane = this.#enter(invocation);
    lane.waiting.push(invocation);
    if (lane.list === null) this.#enlist(lane);
  }

  /** They wait again, before all others of their sources, and have the next turns. In the order given. */
  putBack(invocations: readonly PendingInvocation[]): void {
    for (const invocation of invocations.toReversed()) {
      const lane = this.#enter(invocation);
      lane.putBack(invocation);
      this.#enlist(lane, true);
    }
  }

  /**
   * Takes the next invocation for the environment: of the lanes that wait for it and of those that may go
   * anywhere in turn. Null when there is none.
   */
  takeFor(environment: PooledEnvironment): PendingInvocation | null {
    const { parked } = environment;
    const isParkedNext = parked.size > 0 && (this.#ready.size === 0 || environment.takesTurns());
    return this.#takeFirst(isParkedNext ? parked : this.#ready);
  }

  takeReady(): PendingInvocation | null {
    return this.#takeFirst(this.#ready);
  }

  /** After an invocation was handed over: its lane waits on for what comes next, if anything does. */
  relist({ lane }: PendingInvocation): void {
    if (lane !== null && lane.waiting.size > 0) this.#enlist(lane);
  }

  /** Lanes that wait for the environment, and need not any more, may go anywhere. */
  release(environment: PooledEnvironment): void {
    for (const lane of environment.parked) {
      if (lane.place !== environment) this.#ready.push(lane);
    }
  }

  /** One that waits waits no longer. */
  remove(invocation: PendingInvocation): void {
    const { lane } = invocation;
    if (lane === null) return;
    lane.waiting.remove(invocation);
    this.forget(lane);
  }

  /** A lane of which nothing is left is dropped. */
  forget(lane: Lane): void {
    if (lane.waiting.size === 0) lane.list?.remove(lane);
    if (lane.source === null || !lane.isEmpty) return;
    if (this.#bySource.get(lane.source) === lane) this.#bySource.delete(lane.source);
  }

  /** Takes out all that waits. */
  takeAll(parked: Iterable<PooledEnvironment>): PendingInvocation[] {
    const taken: PendingInvocation[] = [];
    const empty = (lanes: LinkedList<Lane>): void => {
      for (let next = this.#takeFirst(lanes); next !== null; next = this.#takeFirst(lanes)) {
        taken.push(next);
        if (next.lane !== null && next.lane.waiting.size > 0) lanes.push(next.lane);
      }
    };
    empty(this.#ready);
    for (const environment of parked) empty(environment.parked);
    for (const { lane } of taken) if (lane !== null) this.forget(lane);
    return taken.toSorted((a, b) => a.order - b.order);
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

  #takeFirst(lanes: LinkedList<Lane>): PendingInvocation | null {
    return lanes.shift()?.take() ?? null;
  }

  #enlist(lane: Lane, hasPriority = false): void {
    const lanes = lane.place?.parked ?? this.#ready;
    if (hasPriority) lanes.unshift(lane);
    else lanes.push(lane);
  }

  #enter(invocation: PendingInvocation): Lane {
    const { source } = invocation;
    let lane = this.of(invocation);
    if (lane === null) {
      lane = new Lane(source);
      if (source !== null) this.#bySource.set(source, lane);
    }
    invocation.lane = lane;
    return lane;
  }
}
