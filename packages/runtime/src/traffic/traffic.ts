import type { TrafficEvent } from "./traffic-event.ts";

export type TrafficListener = (event: TrafficEvent) => void;

/** Most events buffered for the first listener; the number is Arclet's choice. */
const keptEvents = 1000;

/** Options of a listener, read at each event, so that a getter may change them. */
export interface TrafficWants {
  /** Whether to measure memory for `invoked`, at a small cost per invocation. @default false */
  readonly memory?: boolean;
}

interface Listening {
  readonly listener: TrafficListener;
  readonly wants: TrafficWants;
}

/**
 * A stream of typed events. Frequent events are created only if `isObserved`. Events emitted before there is a
 * listener (such as a schedule that never runs, found while services start) are buffered for the first one.
 */
export class Traffic {
  #listeners: readonly Listening[] = [];
  #early: TrafficEvent[] | null = [];

  get isObserved(): boolean {
    return this.#listeners.length > 0;
  }

  /** Whether any listener measures memory. */
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

  /** Handles a promise that nothing awaits: its rejection is a bug, and is reported. */
  report(promise: Promise<unknown>, where: string): void {
    promise.catch((error: unknown) => this.emit({ type: "bug", where, error }));
  }
}
