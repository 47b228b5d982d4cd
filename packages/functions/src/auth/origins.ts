/** Whether a page of this origin may open a socket. */
export interface OriginRule {
  /** Origins of the app itself: `https://host`, without a path. */
  readonly own: readonly string[];
  /** Further origins, as `origins` under `@ws-settings` lists them; `*` allows every page. */
  readonly allowed: readonly string[];
}

/** Reads `ALLOWED_ORIGINS`: origins with commas or spaces between them. */
export function readOrigins(text: string | undefined): string[] {
  return (text ?? "").split(/[\s,]+/).filter((origin) => origin !== "");
}

/** Compares as browsers write an `Origin`: scheme, host and port, in lower case. */
export function isOriginAllowed(origin: string, { own, allowed }: OriginRule): boolean {
  if (allowed.includes("*")) return true;
  const wanted = normalize(origin);
  return wanted !== null && [...own, ...allowed].some((other) => normalize(other) === wanted);
}

/** Null for what is not an origin, `null` of a sandboxed frame included. */
function normalize(origin: string): string | null {
  if (!URL.canParse(origin)) return null;
  const { origin: normalized } = new URL(origin);
  return normalized === "null" ? null : normalized;
}
