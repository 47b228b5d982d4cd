import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { StaticFiles } from "@arclet/manifest";
import {
  askedEachTime,
  cachedForEver,
  contentTypeOf,
  isText,
  isVariantOf,
  variantName,
  type Encoding,
} from "@arclet/static";
import type { StaticObject } from "./read-static-files.ts";

/** A static file as S3 gets it. */
export interface StaticUpload {
  readonly Body: Uint8Array;
  readonly ContentType: string;
  readonly CacheControl: string;
  readonly ContentEncoding?: string;
  /** `encodings`: those in which the same file lies beside it. */
  readonly Metadata?: Readonly<Record<string, string>>;
}

const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;

export async function readUpload(
  { key, content, isFingerprinted, variants }: StaticObject,
  compression: StaticFiles["compression"],
): Promise<StaticUpload> {
  const type = contentTypeOf(key);
  const bytes = "path" in content ? await readFile(content.path) : content.bytes;
  const common = {
    ContentType: type,
    CacheControl: isFingerprinted ? cachedForEver : askedEachTime,
  };
  if (compression !== false && isText(type)) {
    const Body = await compressors[compression](bytes);
    return { ...common, Body, ContentEncoding: compression };
  }
  const real = "path" in content ? await realVariants(content.path, bytes, variants) : [];
  return {
    ...common,
    Body: bytes,
    ...(real.length === 0 ? {} : { Metadata: { encodings: real.join(",") } }),
  };
}

/** Ignores variants left by an earlier build. */
async function realVariants(
  path: string,
  bytes: Uint8Array,
  variants: readonly Encoding[],
): Promise<readonly Encoding[]> {
  const found: Encoding[] = [];
  for (const encoding of variants)
    if (isVariantOf(bytes, await readFile(variantName(path, encoding)), encoding))
      found.push(encoding);
  return found;
}
