import type { TrafficEvent } from "./traffic-event.ts";

export type TrafficListener = (event: TrafficEvent) => void;

/** What a listener needs beyond the events themselves. Read at each event, so a getter may change it. */
export interface TrafficWants {
  /** Measures memory for `invoked`, which costs a little at each invocation. @default false */
  readonly memory?: boolean;
}

interface Listening {
  readonly listener: TrafficListener;
  readonly wants: TrafficWants;
}

/** The typed stream of what happens. Events are only built when `isObserved`. */
export class Traffic {
  #listeners: readonly Listening[] = [];

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
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== added);
    };
  }

  emit(event: TrafficEvent): void {
    for (const { listener } of this.#listeners) listener(event);
  }

  /** Takes charge of a promise nobody awaits: its failure is a bug and is told. */
  report(promise: Promise<unknown>, where: string): void {
    promise.catch((error: unknown) => this.emit({ type: "bug", where, error }));
  }
}
