import type { Clock } from "./clock.ts";
import { durationMs } from "./duration.ts";

/** A clock that moves only when a test moves it. */
export interface TestClock extends Clock {
  /** Advances by milliseconds or by `"2h"`, `"10m"`, `"29s"`, and runs due timers in order. */
  advance(by: number | string): Promise<void>;
}

/** A clock for tests, so that they do not wait for a two-hour limit. */
export function createTestClock(startMs = 1_700_000_000_000): TestClock {
  let nowMs = startMs;
  let timers: { readonly dueMs: number; readonly run: () => void }[] = [];
  return {
    now: () => nowMs,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), run };
      if (delayMs !== Infinity) timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    async advance(by) {
      const endMs = nowMs + durationMs(by);
      for (;;) {
        const due = timers
          .filter((timer) => timer.dueMs <= endMs)
          .toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (due === undefined) break;
        timers = timers.filter((other) => other !== due);
        nowMs = Math.max(nowMs, due.dueMs);
        due.run();
        await turn();
      }
      nowMs = endMs;
      await turn();
    },
  };
}

/** Lets promises and pending input settle. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
