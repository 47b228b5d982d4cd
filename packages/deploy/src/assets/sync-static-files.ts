import type { StaticFiles } from "@arclet/manifest";
import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import type { DeployReporter } from "../reporter.ts";
import { deleteObjects } from "./empty-bucket.ts";
import type { StaticObject } from "./read-static-files.ts";
import { previousNames } from "./previous-names.ts";
import { differs, objectTags, prefixOf } from "./static-difference.ts";
import { readUpload } from "./static-upload.ts";

/** Concurrent uploads, each with its file in memory. */
const concurrentPuts = 8;

/**
 * Makes the bucket match the folder: uploads files that differ, and with `prune` removes the rest.
 * Returns the number of changed objects.
 */
export async function syncStaticFiles(
  clients: AwsClients,
  bucket: string,
  objects: readonly StaticObject[],
  settings: StaticFiles,
  reporter: DeployReporter,
): Promise<number> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  const prefix = prefixOf(settings);
  const present = await objectTags(clients, bucket, prefix);
  const kept = await previousNames(clients, bucket, prefix, settings);
  let changed = 0;
  const put = async (object: StaticObject): Promise<void> => {
    const { key } = object;
    const upload = await readUpload(object, settings.compression);
    if (!differs(present, object, upload)) return;
    await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, ...upload }));
    changed += 1;
    reporter.report({ type: "static-file", action: "put", key });
  };
  // In two rounds, so that files exist before pages that refer to them.
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
