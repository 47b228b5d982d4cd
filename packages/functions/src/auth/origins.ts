/** Whether a page of this origin may open a socket. */
export interface OriginRule {
  /** Origins of the app itself: `https://host`, without a path. */
  readonly own: readonly string[];
  /** Additional origins, from `origins` under `@ws-settings`; `*` allows every page. */
  readonly allowed: readonly string[];
}

/** Parses `ALLOWED_ORIGINS`: origins separated by commas or spaces. */
export function readOrigins(text: string | undefined): string[] {
  return (text ?? "").split(/[\s,]+/).filter((origin) => origin !== "");
}

/** Normalizes an origin to the form browsers send: scheme, host and port, in lower case. */
export function isOriginAllowed(origin: string, { own, allowed }: OriginRule): boolean {
  if (allowed.includes("*")) return true;
  const wanted = normalize(origin);
  return wanted !== null && [...own, ...allowed].some((other) => normalize(other) === wanted);
}

/** Null if it is not an origin, including the `null` of a sandboxed frame. */
function normalize(origin: string): string | null {
  if (!URL.canParse(origin)) return null;
  const { origin: normalized } = new URL(origin);
  return normalized === "null" ? null : normalized;
}
