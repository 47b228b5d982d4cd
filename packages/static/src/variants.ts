import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Encoding } from "./static-file.ts";

/**
 * Whether an encoded file next to another has the same content. A file left by an earlier build does not.
 */
export function isVariantOf(bytes: Uint8Array, variant: Uint8Array, encoding: Encoding): boolean {
  try {
    return decode(variant, encoding, bytes.byteLength).equals(bytes);
  } catch {
    // Not encoded like that, or longer than the file.
    return false;
  }
}

/** @param limit most bytes; more is an error */
export function decode(bytes: Uint8Array, encoding: Encoding, limit: number): Buffer {
  const options = { maxOutputLength: Math.max(limit, 1) };
  return encoding === "br" ? brotliDecompressSync(bytes, options) : gunzipSync(bytes, options);
}
