import type { StaticFile, StaticRequest } from "./static-file.ts";

type Validators = Pick<StaticFile, "etag" | "modifiedAt">;

/** Evaluates a request's conditions in the order of RFC 9110, section 13.2.2. */
export function checkConditions(
  { header }: Pick<StaticRequest, "header">,
  file: Validators,
): "send" | "not-modified" | "failed" {
  const match = header("if-match");
  const unmodified = header("if-unmodified-since");
  if (match !== undefined) {
    if (!lists(match, file.etag, isSameStrong)) return "failed";
  } else if (unmodified !== undefined && isModifiedSince(file, unmodified) === true) {
    return "failed";
  }
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined) {
    return lists(noneMatch, file.etag, isSameWeak) ? "not-modified" : "send";
  }
  const modified = header("if-modified-since");
  return modified !== undefined && isModifiedSince(file, modified) === false
    ? "not-modified"
    : "send";
}

/** Whether a range may be sent, because the client's other parts are of the same version of the file. */
export function isSameForRange(ifRange: string | undefined, file: Validators): boolean {
  if (ifRange === undefined) return true;
  if (/^(?:W\/)?"/.test(ifRange)) return isSameStrong(ifRange.trim(), file.etag);
  return Date.parse(ifRange) === inSeconds(file.modifiedAt);
}

/** `"a", W/"b"` or `*`; a tag may hold commas. */
function lists(
  header: string,
  etag: string,
  isSame: (one: string, other: string) => boolean,
): boolean {
  if (header.trim() === "*") return true;
  return [...header.matchAll(/(?:W\/)?"[^"]*"/g)].some(([tag]) => isSame(tag, etag));
}

function isSameWeak(one: string, other: string): boolean {
  return one.replace(/^W\//, "") === other.replace(/^W\//, "");
}

function isSameStrong(one: string, other: string): boolean {
  return one === other && !one.startsWith("W/");
}

/** null if the date is malformed; the condition is then ignored. */
function isModifiedSince({ modifiedAt }: Validators, date: string): boolean | null {
  const since = Date.parse(date);
  return Number.isNaN(since) ? null : inSeconds(modifiedAt) > since;
}

/** Dates of HTTP have no fractions of seconds. */
function inSeconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
