import type { Clock, ClockTimer } from "../../clock.ts";

/** Who hears that a function did not answer in time. */
export interface MessageOwner {
  messageTimedOut(requestId: string): void;
}

/** A message whose function has not answered yet. */
export interface MessageInWork {
  readonly owner: MessageOwner;
  readonly requestId: string;
  readonly startedAt: number;
  isListed: boolean;
  previous: MessageInWork | null;
  next: MessageInWork | null;
}

/**
 * The messages in work of all connections, oldest first. All have the same time, so that one list and
 * one timer serve them, and an idle connection keeps neither.
 */
export class MessagesInWork {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #oldest: MessageInWork | null = null;
  #newest: MessageInWork | null = null;
  #timer: ClockTimer | null = null;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** `startedAt` is now, in epoch milliseconds. */
  add(owner: MessageOwner, requestId: string, startedAt: number): MessageInWork {
    const previous = this.#newest;
    const message = { owner, requestId, startedAt, isListed: true, previous, next: null };
    if (previous === null) this.#oldest = message;
    else previous.next = message;
    this.#newest = message;
    this.#timer ??= this.#clock.after(this.#timeoutMs, () => this.#expire());
    return message;
  }

  /** False when its time was over, which its owner has heard. */
  remove(message: MessageInWork): boolean {
    if (!message.isListed) return false;
    const { previous, next } = message;
    if (previous === null) this.#oldest = next;
    else previous.next = next;
    if (next === null) this.#newest = previous;
    else next.previous = previous;
    message.isListed = false;
    // What came before must not be kept by what came after.
    message.previous = null;
    message.next = null;
    return true;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #expire(): void {
    this.#timer = null;
    for (let message = this.#oldest; message !== null; message = this.#oldest) {
      const remainingMs = message.startedAt + this.#timeoutMs - this.#clock.now();
      if (remainingMs > 0) {
        this.#timer = this.#clock.after(remainingMs, () => this.#expire());
        return;
      }
      this.remove(message);
      message.owner.messageTimedOut(message.requestId);
    }
  }
}
