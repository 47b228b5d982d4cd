import type { AwsClients } from "../aws/aws-clients.ts";
import type { ArtifactBucket } from "./artifact-bucket.ts";

/** Text of an object in the artifact bucket; null if it does not exist. */
export async function getObjectText(
  clients: AwsClients,
  bucket: ArtifactBucket,
  key: string,
): Promise<string | null> {
  const [{ GetObjectCommand }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  try {
    const { Body: body } = await client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key, ExpectedBucketOwner: bucket.owner }),
    );
    return (await body?.transformToString()) ?? null;
  } catch (error) {
    const isMissing =
      error instanceof Error && ["NoSuchKey", "NoSuchBucket", "NotFound"].includes(error.name);
    if (isMissing) return null;
    throw error;
  }
}

export async function putObjectText(
  clients: AwsClients,
  bucket: ArtifactBucket,
  key: string,
  text: string,
): Promise<void> {
  const [{ PutObjectCommand }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  await client.send(
    new PutObjectCommand({
      Bucket: bucket.name,
      Key: key,
      ExpectedBucketOwner: bucket.owner,
      Body: text,
      ContentType: "application/json",
    }),
  );
}
