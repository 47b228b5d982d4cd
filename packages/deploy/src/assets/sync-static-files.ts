import { createHash } from "node:crypto";
import type { StaticFiles } from "@arclet/manifest";
import { decode, encodings, variantName } from "@arclet/static";
import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import type { DeployReporter } from "../reporter.ts";
import { deleteObjects } from "./empty-bucket.ts";
import type { StaticObject } from "./read-static-files.ts";
import { readUpload } from "./static-upload.ts";

/** Puts at a time; each holds its file in memory. */
const concurrentPuts = 8;

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
  const kept = await previousNames(clients, bucket, prefix, settings);
  let changed = 0;
  const put = async (object: StaticObject): Promise<void> => {
    const { key } = object;
    const upload = await readUpload(object, settings.compression);
    // What names its variants is put again when one is new.
    const isKnown = object.variants.every((encoding) => present.has(variantName(key, encoding)));
    // The ETag of an object put in one part and encrypted by S3 is its MD5.
    if (isKnown && present.get(key) === createHash("md5").update(upload.Body).digest("hex")) return;
    await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, ...upload }));
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
  const wanted = new Set([...objects.map(({ key }) => key), ...kept]);
  const stale = [...present.keys()].filter((key) => !wanted.has(key));
  await deleteObjects(clients, bucket, stale);
  for (const key of stale) reporter.report({ type: "static-file", action: "delete", key });
  return changed + stale.length;
}

/** Fingerprinted files of the deploy before, which pages that are open still ask for. */
async function previousNames(
  clients: AwsClients,
  bucket: string,
  prefix: string,
  { prune, fingerprint }: StaticFiles,
): Promise<readonly string[]> {
  if (!prune || fingerprint === false) return [];
  const [{ GetObjectCommand, NoSuchKey }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  try {
    const key = `${prefix}static.json`;
    const { Body, ContentEncoding } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key }),
    );
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const encoding = encodings.find((one) => one === ContentEncoding);
    const text = encoding === undefined ? bytes : decode(bytes, encoding, largestMapBytes);
    const map = JSON.parse(Buffer.from(text).toString("utf8")) as Record<string, string>;
    return Object.values(map).map((name) => prefix + name);
  } catch (error) {
    if (error instanceof NoSuchKey) return [];
    throw error;
  }
}

/** Of a map of names: some hundred thousand files. */
const largestMapBytes = 64 * 1024 * 1024;
