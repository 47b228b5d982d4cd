import type { TrafficEvent } from "./traffic-event.ts";

export type TrafficListener = (event: TrafficEvent) => void;

/** Events kept for the first listener at most; the number is ours. */
const keptEvents = 1000;

/**
 * The typed stream of what happens. Events that come often are only built when `isObserved`. What is
 * emitted before anybody listens (a schedule that never runs, found while services start) is kept for
 * the first listener.
 */
export class Traffic {
  #listeners: readonly TrafficListener[] = [];
  #early: TrafficEvent[] | null = [];
  /** Whether memory is to be measured for `invoked`, which costs a little each time. */
  wantsMemory = false;

  get isObserved(): boolean {
    return this.#listeners.length > 0;
  }

  /** Returns the function that stops listening. */
  listen(listener: TrafficListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) listener(event);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  emit(event: TrafficEvent): void {
    if (this.#early !== null && this.#early.length < keptEvents) this.#early.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Takes charge of a promise nobody awaits: its failure is a bug and is told. */
  report(promise: Promise<unknown>, where: string): void {
    promise.catch((error: unknown) => this.emit({ type: "bug", where, error }));
  }
}
