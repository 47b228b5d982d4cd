/** Cancels what a clock was asked to do. */
export interface ClockTimer {
  cancel(): void;
}

/** All time in the runtime goes through one clock, so that tests can drive it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs once after `delayMs`; `Infinity` never. Does not keep the process alive. */
  after(delayMs: number, run: () => void): ClockTimer;
}

// `setTimeout` takes 32 bits; longer delays are taken in steps.
const longestTimeoutMs = 2 ** 31 - 1;

/** The clock on the wall. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    after(delayMs, run) {
      if (delayMs === Infinity) return { cancel() {} };
      let timer: NodeJS.Timeout;
      const wait = (remainingMs: number): void => {
        const stepMs = Math.min(remainingMs, longestTimeoutMs);
        timer = setTimeout(() => {
          if (remainingMs > stepMs) wait(remainingMs - stepMs);
          else run();
        }, stepMs);
        timer.unref();
      };
      wait(Math.max(0, delayMs));
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
