/** An invocation that has not begun, and the one behind it. */
export interface WaitingInvocation<Message> {
  readonly number: number;
  readonly requestId: string;
  /** JSON text, or what the event is made of. */
  readonly event: string | Message;
  next: WaitingInvocation<Message> | null;
}

/** What an environment was given ahead, in order. Needs nothing of the language that a function may replace. */
export class WaitingInvocations<Message> {
  #first: WaitingInvocation<Message> | null = null;
  #last: WaitingInvocation<Message> | null = null;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  push(waiting: WaitingInvocation<Message>): void {
    if (this.#last === null) this.#first = waiting;
    else this.#last.next = waiting;
    this.#last = waiting;
  }

  take(): WaitingInvocation<Message> | null {
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
