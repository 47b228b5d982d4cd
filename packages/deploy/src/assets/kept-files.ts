import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import type { ArtifactBucket } from "./artifact-bucket.ts";
import { deleteObjects } from "./empty-bucket.ts";
import { objectTags } from "./static-difference.ts";

/** Concurrent copies, which S3 makes itself. */
const concurrentCopies = 8;

/** ETags of static files by key. */
export type FileTags = { readonly [key: string]: string };

function folderOf(stackName: string): string {
  return `${stackName}/files/`;
}

/**
 * Keeps a copy of each static file in the artifact bucket, by content, so that a rollback finds it.
 * Copies not used by a deploy in `others` are removed. Returns the files' ETags.
 * @param keys keys of files uploaded by deploys; objects written by functions are ignored
 */
export async function keepFiles(
  clients: AwsClients,
  artifacts: ArtifactBucket,
  stackName: string,
  staticBucket: string | null,
  keys: ReadonlySet<string>,
  others: readonly FileTags[],
): Promise<FileTags> {
  const folder = folderOf(stackName);
  const [found, kept] = await Promise.all([
    staticBucket === null ? new Map<string, string>() : objectTags(clients, staticBucket, ""),
    objectTags(clients, artifacts.name, folder),
  ]);
  const files = new Map([...found].filter(([key]) => keys.has(key)));
  const missing = new Map(
    [...files].filter(([, tag]) => !kept.has(folder + tag)).map(([key, tag]) => [tag, key]),
  );
  await forEachConcurrently(missing, concurrentCopies, ([tag, key]) =>
    copyObject(clients, `${staticBucket}/${key}`, artifacts.name, folder + tag),
  );
  const wanted = new Set(
    [Object.fromEntries(files), ...others].flatMap((tags) =>
      Object.values(tags).map((tag) => folder + tag),
    ),
  );
  const stale = [...kept.keys()].filter((key) => !wanted.has(key));
  if (stale.length > 0) await deleteObjects(clients, artifacts.name, stale);
  return Object.fromEntries(files);
}

/** Restores copies of files that are missing or different. Returns how many. */
export async function restoreFiles(
  clients: AwsClients,
  artifacts: ArtifactBucket,
  stackName: string,
  staticBucket: string,
  files: FileTags,
): Promise<number> {
  const present = await objectTags(clients, staticBucket, "");
  const changed = Object.entries(files).filter(([key, tag]) => present.get(key) !== tag);
  await forEachConcurrently(changed, concurrentCopies, ([key, tag]) =>
    copyObject(clients, `${artifacts.name}/${folderOf(stackName)}${tag}`, staticBucket, key),
  );
  return changed.length;
}

/** Within S3, with content type and caching. */
async function copyObject(
  clients: AwsClients,
  source: string,
  bucket: string,
  key: string,
): Promise<void> {
  const [{ CopyObjectCommand }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  const encoded = source.split("/").map(encodeURIComponent).join("/");
  await client.send(new CopyObjectCommand({ CopySource: encoded, Bucket: bucket, Key: key }));
}
