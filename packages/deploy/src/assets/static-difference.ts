import { createHash } from "node:crypto";
import type { StaticFiles } from "@arclet/manifest";
import { variantName } from "@arclet/static";
import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import { previousNames } from "./previous-names.ts";
import type { StaticObject } from "./read-static-files.ts";
import { readUpload, type StaticUpload } from "./static-upload.ts";

/** Keys of objects, sorted. */
export interface StaticDifference {
  readonly put: readonly string[];
  readonly delete: readonly string[];
}

/** Files read concurrently, each in memory. */
const concurrentReads = 8;

/**
 * Changes needed to make the bucket match the folder.
 * @param bucket null if it does not exist yet
 */
export async function staticDifference(
  clients: AwsClients,
  bucket: string | null,
  objects: readonly StaticObject[],
  settings: StaticFiles,
): Promise<StaticDifference> {
  const present =
    bucket === null
      ? new Map<string, string>()
      : await objectTags(clients, bucket, prefixOf(settings));
  const kept =
    bucket === null ? [] : await previousNames(clients, bucket, prefixOf(settings), settings);
  const put: string[] = [];
  await forEachConcurrently(objects, concurrentReads, async (object) => {
    const upload = await readUpload(object, settings.compression);
    if (differs(present, object, upload)) put.push(object.key);
  });
  const wanted = new Set([...objects.map(({ key }) => key), ...kept]);
  const stale = settings.prune ? [...present.keys()].filter((key) => !wanted.has(key)) : [];
  return { put: put.toSorted(), delete: stale.toSorted() };
}

export function prefixOf({ prefix }: StaticFiles): string {
  return prefix === null ? "" : `${prefix}/`;
}

/** Whether to upload an object: it is new or different, or one of its encoded variants is new. */
export function differs(
  present: ReadonlyMap<string, string>,
  { key, variants }: StaticObject,
  { Body: bytes }: StaticUpload,
): boolean {
  // The ETag of a single-part object encrypted by S3 is its MD5.
  return (
    present.get(key) !== createHash("md5").update(bytes).digest("hex") ||
    !variants.every((encoding) => present.has(variantName(key, encoding)))
  );
}

/** ETags of a bucket's objects, by key. */
export async function objectTags(
  clients: AwsClients,
  bucket: string,
  prefix: string,
): Promise<ReadonlyMap<string, string>> {
  const [{ paginateListObjectsV2 }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  const tags = new Map<string, string>();
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key: key, ETag: tag } of page.Contents ?? [])
      if (key !== undefined) tags.set(key, (tag ?? "").replaceAll('"', ""));
  return tags;
}
