import { setTimeout as delay } from "node:timers/promises";

export interface PaceOptions {
  /** Milliseconds of a monotonic clock. @default performance.now */
  readonly now?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** Rate limiter without bursts: callers continue one after another, in order. */
export function pacedCalls(
  callsPerSecond: number,
  { now = () => performance.now(), wait = delay }: PaceOptions = {},
): () => Promise<void> {
  const intervalMs = 1000 / callsPerSecond;
  let nextAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const at = Math.max(now(), nextAt);
    nextAt = at + intervalMs;
    if (at > now()) await wait(at - now());
  };
}
