/** Shortest polling interval in milliseconds, after news. */
const shortestMs = 1000;
/** Longest polling interval in milliseconds, for quiet items. */
const longestMs = 30_000;

export interface LookSchedule<T> {
  /** The next item to poll, and the delay in milliseconds. */
  next(): { readonly item: T; readonly waitMs: number };
  /** Records a poll. The interval doubles if it found nothing. */
  looked(item: T, hasFound: boolean): void;
}

/**
 * Schedules polls of many items under a rate limit: lively items often, quiet ones rarely. Overdue items are
 * ordered by how late they are relative to their interval, so that none starves. A hundred quiet items take
 * about three polls per second.
 * @param items At least one.
 * @param isLively whether an item had news recently
 */
export function createLookSchedule<T>(
  items: readonly T[],
  isLively: (item: T) => boolean,
  now: () => number = () => performance.now(),
): LookSchedule<T> {
  const begin = now();
  const states = new Map(
    items.map((item) => [
      item,
      { lookedAt: begin, pauseMs: isLively(item) ? shortestMs : longestMs / 2 },
    ]),
  );
  return {
    next: () => {
      const time = now();
      let latest: { readonly item: T; readonly waitMs: number } | null = null;
      let latestRatio = Number.NEGATIVE_INFINITY;
      for (const [item, { lookedAt, pauseMs }] of states) {
        const ratio = (time - lookedAt) / pauseMs;
        const waitMs = Math.max(0, lookedAt + pauseMs - time);
        const isBefore =
          latest === null || (ratio < 1 ? waitMs < latest.waitMs : ratio > latestRatio);
        if (!isBefore) continue;
        latest = { item, waitMs };
        latestRatio = ratio;
      }
      if (latest === null) throw new Error("there is nothing to look at");
      return latest;
    },
    looked: (item, hasFound) => {
      const before = states.get(item)?.pauseMs ?? shortestMs;
      const pauseMs = hasFound ? shortestMs : Math.min(longestMs, before * 2);
      states.set(item, { lookedAt: now(), pauseMs });
    },
  };
}
