import { createHash } from "node:crypto";
import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import type { AwsClients } from "../aws-clients.ts";

/** The bucket of archives and templates: the manifest's, or one for each account and region. */
export async function artifactBucketName(
  clients: AwsClients,
  named: string | null,
): Promise<string> {
  if (named !== null) return named;
  const [{ GetCallerIdentityCommand }, client] = await Promise.all([
    import("@aws-sdk/client-sts"),
    clients.sts(),
  ]);
  const { Account: account = "" } = await client.send(new GetCallerIdentityCommand({}));
  return `arclet-artifacts-${account}-${await client.config.region()}`;
}

/** Makes the bucket when it is missing, private and encrypted. Archives stay: a rollback needs the old ones. */
export async function ensureArtifactBucket(clients: AwsClients, bucket: string): Promise<void> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  if (await exists(() => client.send(new sdk.HeadBucketCommand({ Bucket: bucket })))) return;
  const region = await client.config.region();
  try {
    await client.send(
      new sdk.CreateBucketCommand({
        Bucket: bucket,
        // us-east-1 is the one region that must not be named.
        ...(region === "us-east-1"
          ? {}
          : {
              CreateBucketConfiguration: {
                // The SDK's list of regions ends with its release.
                LocationConstraint: region as BucketLocationConstraint,
              },
            }),
      }),
    );
  } catch (error) {
    // Two deploys of one account may both find it missing.
    if (!(error instanceof Error && error.name === "BucketAlreadyOwnedByYou")) throw error;
  }
  await client.send(
    new sdk.PutPublicAccessBlockCommand({
      Bucket: bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await client.send(
    new sdk.PutBucketEncryptionCommand({
      Bucket: bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    }),
  );
}

/** Uploads unless an object of that key is there; true when it was uploaded. Keys are content hashes. */
export async function putIfMissing(
  client: S3Client,
  bucket: string,
  key: string,
  bytes: Uint8Array,
): Promise<boolean> {
  const { HeadObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
  if (await exists(() => client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))))
    return false;
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  return true;
}

export function contentKey(folder: string, text: string, extension: string): string {
  return `${folder}/${createHash("sha256").update(text).digest("hex")}.${extension}`;
}

async function exists(head: () => Promise<unknown>): Promise<boolean> {
  try {
    await head();
    return true;
  } catch (error) {
    if (error instanceof Error && (error.name === "NotFound" || error.name === "NoSuchBucket"))
      return false;
    throw error;
  }
}
