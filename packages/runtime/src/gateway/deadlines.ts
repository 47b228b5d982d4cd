import type { Clock, ClockTimer } from "../clock.ts";
import { LinkedList, type Linked } from "../linked-list.ts";

class Deadline implements Linked<Deadline>, ClockTimer {
  readonly dueAt: number;
  readonly run: () => void;
  list: LinkedList<Deadline> | null = null;
  previous: Deadline | null = null;
  next: Deadline | null = null;

  constructor(dueAt: number, run: () => void) {
    this.dueAt = dueAt;
    this.run = run;
  }

  cancel(): void {
    this.list?.remove(this);
  }
}

/**
 * Deadlines that nearly all are cancelled. Those with the same delay share one timer: they fall due in the
 * order in which they were set.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #byDelay = new Map<number, LinkedList<Deadline>>();
  readonly #armed = new Set<number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `run` once after `delayMs`; never after `Infinity`. */
  after(delayMs: number, run: () => void): ClockTimer {
    const deadline = new Deadline(this.#clock.now() + delayMs, run);
    if (delayMs === Infinity) return deadline;
    let deadlines = this.#byDelay.get(delayMs);
    if (deadlines === undefined) {
      deadlines = new LinkedList();
      this.#byDelay.set(delayMs, deadlines);
    }
    deadlines.push(deadline);
    if (!this.#armed.has(delayMs)) this.#arm(delayMs, delayMs, deadlines);
    return deadline;
  }

  #arm(delayMs: number, remainingMs: number, deadlines: LinkedList<Deadline>): void {
    this.#armed.add(delayMs);
    this.#clock.after(remainingMs, () => {
      this.#armed.delete(delayMs);
      for (let first = deadlines.first; first !== null; first = deadlines.first) {
        const leftMs = first.dueAt - this.#clock.now();
        if (leftMs > 0) {
          // What ran before may have set another one, which has armed the timer.
          if (!this.#armed.has(delayMs)) this.#arm(delayMs, leftMs, deadlines);
          return;
        }
        deadlines.remove(first);
        first.run();
      }
    });
  }
}
