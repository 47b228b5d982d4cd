import type { TrafficEvent } from "./traffic-event.ts";

export type TrafficListener = (event: TrafficEvent) => void;

/** The typed stream of what happens. Events are only built when `isObserved`. */
export class Traffic {
  #listeners: readonly TrafficListener[] = [];
  /** Whether memory is to be measured for `invoked`, which costs a little each time. */
  wantsMemory = false;

  get isObserved(): boolean {
    return this.#listeners.length > 0;
  }

  /** Returns the function that stops listening. */
  listen(listener: TrafficListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  emit(event: TrafficEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Takes charge of a promise nobody awaits: its failure is a bug and is told. */
  report(promise: Promise<unknown>, where: string): void {
    promise.catch((error: unknown) => this.emit({ type: "bug", where, error }));
  }
}
