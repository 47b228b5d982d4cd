/** Any JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Bytes of JSON at most. */
export const maximumMemberBytes = 1024;

/**
 * A member's JSON as text; null when there is none.
 * @throws TypeError when it is not JSON, or too large
 */
export function writeMember(member: unknown): string | null {
  if (member === undefined || member === null) return null;
  const text = JSON.stringify(member) as string | undefined;
  if (text === undefined) throw new TypeError('A member must be JSON, such as { name: "Ada" }');
  const bytes = Buffer.byteLength(text);
  if (bytes > maximumMemberBytes) {
    throw new TypeError(
      `A member must be at most ${maximumMemberBytes} bytes of JSON; this one has ${bytes}`,
    );
  }
  return text;
}
