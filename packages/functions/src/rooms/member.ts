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
 * A member as JSON text; null if there is none.
 * @throws TypeError if it is not JSON, or too large
 */
export function writeMember(member: unknown): string | null {
  if (member === undefined || member === null) return null;
  const text = JSON.stringify(member) as string | undefined;
  if (text === undefined || Buffer.byteLength(text) > maximumMemberBytes) {
    throw new TypeError(`A member must be JSON of at most ${maximumMemberBytes} bytes`);
  }
  return text;
}
