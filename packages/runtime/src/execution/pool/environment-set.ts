import type { PooledEnvironment } from "./pooled-environment.ts";

/** The environments of a pool that take invocations, and which of them takes the next one. */
export class EnvironmentSet {
  readonly #all = new Set<PooledEnvironment>();
  /** Company is quicker than waking another environment, where it does not have to wait. */
  #last: PooledEnvironment | null = null;

  get size(): number {
    return this.#all.size;
  }

  /** Whether something waits behind what runs. */
  get hasBacklog(): boolean {
    for (const environment of this.#all) if (environment.hasBacklog) return true;
    return false;
  }

  [Symbol.iterator](): SetIterator<PooledEnvironment> {
    return this.#all.values();
  }

  has(environment: PooledEnvironment): boolean {
    return this.#all.has(environment);
  }

  add(environment: PooledEnvironment): void {
    this.#all.add(environment);
  }

  delete(environment: PooledEnvironment): void {
    this.#all.delete(environment);
    if (this.#last === environment) this.#last = null;
  }

  /**
   * The one that the next invocation goes to: the idle one that was used last, so that surplus environments
   * expire, or else the one with the shortest wait. A quick one gets all. Null when none has room.
   */
  pick(now: number): PooledEnvironment | null {
    const last = this.#last;
    if (last?.hasCompany === true) return last;
    // What a quick one has no room for waits for it.
    if (last?.isQuick(now) === true) return last.hasRoom(now) ? last : null;
    let best: PooledEnvironment | null = null;
    for (const environment of this.#all) {
      if (!environment.hasRoom(now)) continue;
      if (best === null || isBetter(environment, best)) best = environment;
    }
    if (best !== null) this.#last = best;
    return best;
  }
}

function isBetter(one: PooledEnvironment, other: PooledEnvironment): boolean {
  if (one.load !== other.load) return one.load < other.load;
  return one.isIdle && one.idleSince >= other.idleSince;
}
