import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { StaticFiles } from "@arclet/manifest";
import mime from "mime";
import type { AwsClients } from "../aws-clients.ts";
import { forEachConcurrently } from "../for-each-concurrently.ts";
import type { DeployReporter } from "../reporter.ts";
import { deleteObjects } from "./empty-bucket.ts";
import type { StaticObject } from "./read-static-files.ts";

/** Puts at a time; each holds its file in memory. */
const concurrentPuts = 8;

const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;

/**
 * Brings the bucket to the folder's state: puts what differs, and with `prune` removes the rest.
 * Gives how many objects changed.
 */
export async function syncStaticFiles(
  clients: AwsClients,
  bucket: string,
  objects: readonly StaticObject[],
  settings: StaticFiles,
  reporter: DeployReporter,
): Promise<number> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  const present = new Map<string, string>();
  const prefix = settings.prefix === null ? "" : `${settings.prefix}/`;
  for await (const page of sdk.paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: prefix },
  ))
    for (const { Key: key, ETag: tag } of page.Contents ?? [])
      if (key !== undefined) present.set(key, (tag ?? "").replaceAll('"', ""));
  let changed = 0;
  const put = async (object: StaticObject): Promise<void> => {
    const { key } = object;
    const type = mime.getType(key) ?? "application/octet-stream";
    const { bytes, encoding } = await encoded(await contentOf(object), type, settings.compression);
    // The ETag of an object put in one part and encrypted by S3 is its MD5.
    if (present.get(key) === createHash("md5").update(bytes).digest("hex")) return;
    await client.send(
      new sdk.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: isText(type) ? `${type}; charset=utf-8` : type,
        CacheControl: object.isFingerprinted
          ? "public, max-age=31536000, immutable"
          : "public, max-age=0, must-revalidate",
        ...(encoding === null ? {} : { ContentEncoding: encoding }),
      }),
    );
    changed += 1;
    reporter.report({ type: "static-file", action: "put", key });
  };
  // In two rounds: what pages name is there before the pages are.
  for (const isFingerprinted of [true, false])
    await forEachConcurrently(
      objects.filter((object) => object.isFingerprinted === isFingerprinted),
      concurrentPuts,
      put,
    );
  if (!settings.prune) return changed;
  const wanted = new Set(objects.map(({ key }) => key));
  const stale = [...present.keys()].filter((key) => !wanted.has(key));
  await deleteObjects(clients, bucket, stale);
  for (const key of stale) reporter.report({ type: "static-file", action: "delete", key });
  return changed + stale.length;
}

function contentOf({ content }: StaticObject): Promise<Uint8Array> {
  return "path" in content ? readFile(content.path) : Promise.resolve(content.bytes);
}

function isText(type: string): boolean {
  return /^text\/|javascript$|json$|xml$/.test(type);
}

/** S3 does not negotiate: with `compression`, text is kept and sent compressed, whoever asks. */
async function encoded(
  bytes: Uint8Array,
  type: string,
  compression: StaticFiles["compression"],
): Promise<{ readonly bytes: Uint8Array; readonly encoding: string | null }> {
  if (compression === false || !isText(type)) return { bytes, encoding: null };
  return { bytes: await compressors[compression](bytes), encoding: compression };
}
