import type { TrafficEvent } from "./traffic-event.ts";

export type TrafficListener = (event: TrafficEvent) => void;

/** Events kept for the first listener at most; the number is ours. */
const keptEvents = 1000;

/** What a listener needs beyond the events themselves. Read at each event, so a getter may change it. */
export interface TrafficWants {
  /** Measures memory for `invoked`, which costs a little at each invocation. @default false */
  readonly memory?: boolean;
}

interface Listening {
  readonly listener: TrafficListener;
  readonly wants: TrafficWants;
}

/**
 * The typed stream of what happens. Events that come often are only built when `isObserved`. What is
 * emitted before anybody listens (a schedule that never runs, found while services start) is kept for
 * the first listener.
 */
export class Traffic {
  #listeners: readonly Listening[] = [];
  #early: TrafficEvent[] | null = [];

  get isObserved(): boolean {
    return this.#listeners.length > 0;
  }

  /** Whether any listener wants memory measured. */
  get wantsMemory(): boolean {
    for (const { wants } of this.#listeners) if (wants.memory === true) return true;
    return false;
  }

  /** Returns the function that stops listening. */
  listen(listener: TrafficListener, wants: TrafficWants = {}): () => void {
    const added: Listening = { listener, wants };
    this.#listeners = [...this.#listeners, added];
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) listener(event);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== added);
    };
  }

  emit(event: TrafficEvent): void {
    if (this.#early !== null && this.#early.length < keptEvents) this.#early.push(event);
    for (const { listener } of this.#listeners) listener(event);
  }

  /** Takes charge of a promise nobody awaits: its failure is a bug and is reported. */
  report(promise: Promise<unknown>, where: string): void {
    promise.catch((error: unknown) => this.emit({ type: "bug", where, error }));
  }
}
