import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { StaticFiles } from "@arclet/manifest";
import type { StaticObject } from "./read-static-files.ts";

/** A static file as S3 gets it. */
export interface StaticUpload {
  readonly Body: Uint8Array;
  readonly ContentType: string;
  readonly CacheControl: string;
  readonly ContentEncoding?: string;
}

const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;

export async function readUpload(
  { key, content, isFingerprinted }: StaticObject,
  compression: StaticFiles["compression"],
): Promise<StaticUpload> {
  // A table of a thousand types, for those who have files.
  const { default: mime } = await import("mime");
  const type = mime.getType(key) ?? "application/octet-stream";
  const isText = /^text\/|javascript$|json$|xml$/.test(type);
  const bytes = "path" in content ? await readFile(content.path) : content.bytes;
  return {
    ContentType: isText ? `${type}; charset=utf-8` : type,
    CacheControl: isFingerprinted
      ? "public, max-age=31536000, immutable"
      : "public, max-age=0, must-revalidate",
    // S3 does not negotiate: text is kept and sent compressed, whoever asks.
    ...(compression === false || !isText
      ? { Body: bytes }
      : { Body: await compressors[compression](bytes), ContentEncoding: compression }),
  };
}
