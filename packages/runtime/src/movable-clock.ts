import type { Clock, ClockTimer } from "./clock.ts";
import { createSystemClock } from "./clock.ts";
import { durationMs } from "./duration.ts";

/** State of a follower after the clock moved. */
export interface Followed {
  /** Epoch milliseconds of the next timer that running work waits for; `Infinity` for none. */
  readonly nextDueMs: number;
  /** Number of work items received so far; a change shows that moving the clock started something. */
  readonly given: number;
}

/** Code in another process whose time follows a clock. */
export interface ClockFollower {
  /** Resolves when all work possible at this time is done, and remaining work waits for time to pass. */
  follow(offsetMs: number): Promise<Followed>;
}

/** The system clock plus an offset that tests increase. It keeps running, so that nothing hangs. */
export interface MovableClock extends Clock {
  /** Offset to the system clock in milliseconds. */
  readonly offsetMs: number;
  /** Returns a function that removes the follower. */
  attach(follower: ClockFollower): () => void;
  /**
   * Advances by milliseconds or by `"2h"`, `"10m"`, `"29s"`. Timers due on the way run at their time, in order.
   * Before time continues, the work they start has finished or waits for time to pass.
   */
  advance(by: number | string): Promise<void>;
}

export function isMovableClock(clock: Clock): clock is MovableClock {
  return "attach" in clock;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
  waiting: ClockTimer;
}

export function createMovableClock(): MovableClock {
  const wall = createSystemClock();
  const timers = new Set<Timer>();
  const followers = new Set<ClockFollower>();
  let offsetMs = 0;
  let moving: Promise<void> = Promise.resolve();
  const now = (): number => wall.now() + offsetMs;

  function fire(timer: Timer): void {
    timer.waiting.cancel();
    if (timers.delete(timer)) timer.run();
  }

  function firstDue(): Timer | null {
    let first: Timer | null = null;
    for (const timer of timers) if (first === null || timer.dueMs < first.dueMs) first = timer;
    return first;
  }

  /** Reschedules timers after a move, because they wait on the system clock. */
  function jumpTo(timeMs: number): void {
    offsetMs += Math.max(0, timeMs - now());
    for (const timer of timers) {
      timer.waiting.cancel();
      timer.waiting = wall.after(timer.dueMs - now(), () => fire(timer));
    }
  }

  /** Resolves when no work can continue without time passing, with the time of the followers' next timer. */
  async function settle(): Promise<number> {
    let former = "";
    for (;;) {
      await turn();
      const all = await Promise.all(Array.from(followers, (one) => one.follow(offsetMs)));
      const state = `${followers.size} ${all.reduce((sum, { given }) => sum + given, 0)}`;
      if (state === former) return Math.min(Infinity, ...all.map(({ nextDueMs }) => nextDueMs));
      former = state;
    }
  }

  async function move(byMs: number): Promise<void> {
    let followersDue = await settle();
    const endMs = now() + byMs;
    for (;;) {
      const nextMs = Math.min(firstDue()?.dueMs ?? Infinity, followersDue);
      if (nextMs > endMs) break;
      jumpTo(nextMs);
      for (let due = firstDue(); due !== null && due.dueMs <= nextMs; due = firstDue()) {
        fire(due);
        await turn();
      }
      followersDue = await settle();
    }
    jumpTo(endMs);
    await settle();
  }

  return {
    now,
    get offsetMs() {
      return offsetMs;
    },
    after(delayMs, run) {
      if (delayMs === Infinity) return { cancel() {} };
      const timer: Timer = {
        dueMs: now() + Math.max(0, delayMs),
        run,
        waiting: wall.after(delayMs, () => fire(timer)),
      };
      timers.add(timer);
      return {
        cancel() {
          timer.waiting.cancel();
          timers.delete(timer);
        },
      };
    },
    attach(follower) {
      followers.add(follower);
      return () => {
        followers.delete(follower);
      };
    },
    advance(by) {
      const byMs = durationMs(by);
      const moved = moving.then(() => move(byMs));
      moving = moved.catch(() => {});
      return moved;
    },
  };
}

/** Lets promises and pending input settle. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
