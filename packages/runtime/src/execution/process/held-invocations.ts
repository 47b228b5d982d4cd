import type { Invocation } from "../../invocation.ts";

/** From here on the room of what has left is given back. */
const spareEntries = 512;

/**
 * What an environment was given and has not answered, in that order. Nearly always the oldest is the next
 * to leave, since those that run at a time are the first ones.
 */
export class HeldInvocations {
  #numbers: number[] = [];
  #invocations: (Invocation | null)[] = [];
  /** Where the oldest is. */
  #first = 0;

  get size(): number {
    return this.#numbers.length - this.#first;
  }

  push(number: number, invocation: Invocation): void {
    this.#numbers.push(number);
    this.#invocations.push(invocation);
  }

  /** Takes one out; null: it is not here. */
  take(number: number): Invocation | null {
    const at = this.#numbers.indexOf(number, this.#first);
    if (at === -1) return null;
    const invocation = this.#invocations[at] ?? null;
    if (at !== this.#first) {
      this.#numbers.splice(at, 1);
      this.#invocations.splice(at, 1);
      return invocation;
    }
    this.#invocations[at] = null;
    this.#first++;
    if (this.#first >= spareEntries) this.#shrink();
    return invocation;
  }

  /** Takes out so many of the newest. The oldest of them first. */
  takeNewest(count: number): Invocation[] {
    const start = Math.max(this.#first, this.#numbers.length - count);
    this.#numbers.length = start;
    return this.#invocations.splice(start).filter((invocation) => invocation !== null);
  }

  /** Of the oldest, at most `count`. */
  oldest(count: number): Invocation[] {
    const end = this.#first + Math.min(Math.max(count, 0), this.size);
    return this.#invocations.slice(this.#first, end).filter((invocation) => invocation !== null);
  }

  /** Whether the invocation is among the `count` oldest. */
  isAmongOldest(invocation: Invocation, count: number): boolean {
    const at = this.#invocations.indexOf(invocation, this.#first);
    return at !== -1 && at - this.#first < count;
  }

  #shrink(): void {
    this.#numbers.splice(0, this.#first);
    this.#invocations.splice(0, this.#first);
    this.#first = 0;
  }
}
