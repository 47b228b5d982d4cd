import type { AwsClients } from "../aws/aws-clients.ts";

/** Deletes every object below the prefix. A missing bucket counts as empty. */
export async function emptyBucket(
  clients: AwsClients,
  bucket: string,
  prefix: string = "",
): Promise<void> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  try {
    for await (const page of sdk.paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    ))
      await deleteObjects(
        clients,
        bucket,
        (page.Contents ?? []).flatMap(({ Key }) => Key ?? []),
      );
  } catch (error) {
    if (!(error instanceof Error && error.name === "NoSuchBucket")) throw error;
  }
}

/** Deletes a bucket with its contents. A missing bucket is not an error. */
export async function deleteBucket(clients: AwsClients, bucket: string): Promise<void> {
  const [{ DeleteBucketCommand }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  await emptyBucket(clients, bucket);
  try {
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof Error && error.name === "NoSuchBucket")) throw error;
  }
}

/** Keys in one call of DeleteObjects. */
const deletedAtOnce = 1000;

/** @throws Error if S3 did not delete one of them */
export async function deleteObjects(
  clients: AwsClients,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  const [{ DeleteObjectsCommand }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  for (let start = 0; start < keys.length; start += deletedAtOnce) {
    const objects = keys.slice(start, start + deletedAtOnce).map((Key) => ({ Key }));
    const { Errors: errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    const [first] = errors;
    if (first !== undefined)
      throw Object.assign(new Error(`${first.Key} was not deleted: ${first.Message}`), {
        name: first.Code ?? "Error",
      });
  }
}
