import type { PendingInvocation } from "./pending-invocation.ts";
import type { PooledEnvironment } from "./pooled-environment.ts";

/** Invocations of one source that have not begun. All that wait in an environment are older than those in the queue. */
interface OrderedLane {
  readonly source: object;
  /** The environment in which some wait; all in the same one. */
  place: PooledEnvironment | null;
  inPlace: number;
  inQueue: number;
}

/**
 * Keeps invocations of one source in order where they wait: in the pool's queue, or handed to an
 * environment ahead of time, where one that comes later could begin sooner in another environment.
 * Sources of which nothing waits cost nothing.
 */
export class OrderedLanes {
  readonly #lanes = new Map<object, OrderedLane>();

  /** What of the same source waits already. */
  of({ source }: PendingInvocation): OrderedLane | null {
    return source === null || this.#lanes.size === 0 ? null : (this.#lanes.get(source) ?? null);
  }

  /** It waits in the queue from now on. */
  queue(pending: PendingInvocation): void {
    const lane = this.#enter(pending);
    if (lane !== null) lane.inQueue++;
  }

  /** It was taken from the queue, or has never been there, and waits in an environment from now on. */
  place(pending: PendingInvocation, environment: PooledEnvironment): void {
    const lane = this.#enter(pending);
    if (lane === null) return;
    lane.place = environment;
    lane.inPlace++;
  }

  /** It no longer waits where it did. */
  leave(pending: PendingInvocation, where: "inQueue" | "inPlace"): void {
    const lane = pending.isWaiting ? this.of(pending) : null;
    if (lane === null) return;
    pending.isWaiting = false;
    lane[where]--;
    if (lane.inPlace === 0) lane.place = null;
    if (lane.inPlace + lane.inQueue === 0) this.#lanes.delete(lane.source);
  }

  #enter(pending: PendingInvocation): OrderedLane | null {
    const { source } = pending;
    if (source === null) return null;
    let lane = this.#lanes.get(source);
    if (lane === undefined) {
      lane = { source, place: null, inPlace: 0, inQueue: 0 };
      this.#lanes.set(source, lane);
    }
    pending.isWaiting = true;
    return lane;
  }
}
