import type { WaitingMessage } from "./message-reader.ts";

/** An invocation that has not begun, and the one behind it. */
export interface WaitingInvocation {
  readonly number: number;
  readonly requestId: string;
  /** JSON text, or what the event is made of. */
  readonly event: string | WaitingMessage;
  next: WaitingInvocation | null;
}

/** What an environment was given ahead, in order. Needs nothing of the language that a function may replace. */
export class WaitingInvocations {
  #first: WaitingInvocation | null = null;
  #last: WaitingInvocation | null = null;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  push(waiting: WaitingInvocation): void {
    if (this.#last === null) this.#first = waiting;
    else this.#last.next = waiting;
    this.#last = waiting;
  }

  take(): WaitingInvocation | null {
    const first = this.#first;
    if (first === null) return null;
    this.#first = first.next;
    if (this.#first === null) this.#last = null;
    return first;
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
  }
}
