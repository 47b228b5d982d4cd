import { setTimeout as delay } from "node:timers/promises";

export interface PaceOptions {
  /** Milliseconds since some fixed moment. @default performance.now */
  readonly now?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** Lets callers go on one after the other, so many a second and none in bursts, in the order they came. */
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
