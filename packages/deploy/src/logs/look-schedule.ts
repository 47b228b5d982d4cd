/** Milliseconds between two looks at what just had something new. */
const shortestMs = 1000;
/** Milliseconds between two looks at what has had nothing new for long. */
const longestMs = 30_000;

export interface LookSchedule<T> {
  /** What to look at next, and in how many milliseconds. */
  next(): { readonly item: T; readonly waitMs: number };
  /** Notes a look: after one that found nothing, the next is twice as far away. */
  looked(item: T, hasFound: boolean): void;
}

/**
 * Which of many things to look at, when only so many looks a second are allowed: those that have news
 * often, the others from time to time. When looks are late, those go first that are the latest for
 * their own pace, so that nothing is forgotten. A hundred quiet ones take about three looks a second.
 * @param items At least one.
 * @param isLively Whether one had something new lately.
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
