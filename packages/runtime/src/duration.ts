const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Converts a duration to milliseconds: a number of them, or `"2h"`, `"10m"`, `"29s"`, `"1200ms"`. @throws TypeError */
export function durationMs(given: number | string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(typeof given === "number" ? "" : given);
  const duration =
    match === null ? Number(given) : Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs];
  if (Number.isFinite(duration) && duration >= 0 && (match !== null || typeof given === "number"))
    return duration;
  throw new TypeError(`"${given}" is not a duration such as 500, "29s" or "2h"`);
}
