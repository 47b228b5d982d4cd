/** Cancels a timer of a clock. */
export interface ClockTimer {
  cancel(): void;
}

/** The runtime's only source of time, so that tests can control it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs once after `delayMs`; `Infinity` never. Does not keep the process alive. */
  after(delayMs: number, run: () => void): ClockTimer;
}

// `setTimeout` supports 32-bit delays; longer ones are split into steps.
const longestTimeoutMs = 2 ** 31 - 1;

/** The system clock. */
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
