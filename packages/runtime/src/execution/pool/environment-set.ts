import type { PooledEnvironment } from "./pooled-environment.ts";

/**
 * How long an invocation waits behind a busy environment before another one is started: about what a
 * start costs. A burst of quick invocations is served sooner by few warm environments; slow ones scale out.
 */
export const patienceMs = 20;
/** Invocations handed to a busy environment ahead of time. */
const prefetchDepth = 32;

/** The environments of a pool, and which of them takes the next invocation. */
export class EnvironmentSet {
  readonly #all = new Set<PooledEnvironment>();
  /** Last used last: reused first, so that surplus environments expire. */
  readonly #idle: PooledEnvironment[] = [];

  get size(): number {
    return this.#all.size;
  }

  /** Whether something waits behind what runs. */
  get isAnyBehind(): boolean {
    for (const environment of this.#all) if (environment.isBehind) return true;
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
    this.withdraw(environment);
  }

  /** An idle one, which then is no longer offered. */
  takeIdle(): PooledEnvironment | null {
    return this.#idle.pop() ?? null;
  }

  /** False: it is on offer already. */
  offerIdle(environment: PooledEnvironment): boolean {
    if (this.#idle.includes(environment)) return false;
    this.#idle.push(environment);
    return true;
  }

  /** Offers an idle one no longer. */
  withdraw(environment: PooledEnvironment): void {
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  /** Whether invocations may be handed to it ahead: not while it is stuck on what it runs. */
  hasRoom(environment: PooledEnvironment, now: number): boolean {
    return environment.hasRoom(prefetchDepth, environment.isStuck(now, patienceMs));
  }

  /** The one with the shortest wait; null when all are full, or stuck on what they run. */
  roomiest(now: number): PooledEnvironment | null {
    let best: PooledEnvironment | null = null;
    for (const environment of this.#all) {
      if (!this.hasRoom(environment, now)) continue;
      if (best === null || environment.load < best.load) best = environment;
    }
    return best;
  }
}
