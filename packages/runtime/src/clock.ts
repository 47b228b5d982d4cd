/** Cancels what a clock was asked to do. */
export interface ClockTimer {
  cancel(): void;
}

/** All time in the runtime goes through one clock, so that tests can drive it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs once after `delayMs`. Does not keep the process alive. */
  after(delayMs: number, run: () => void): ClockTimer;
}
