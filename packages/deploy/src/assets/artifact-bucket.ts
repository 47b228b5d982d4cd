import { createHash } from "node:crypto";
import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";

/** The bucket from which Lambda and CloudFormation read archives and templates. */
export interface ArtifactBucket {
  readonly name: string;
  /**
   * Account that must own the bucket. Its name can be guessed, so without this check anyone who created a bucket
   * of that name first would receive the code and could change it.
   */
  readonly owner: string;
  readonly region: string;
}

/**
 * Creates the bucket if it is missing, private and encrypted.
 * @throws DeployError `ERR_ACCESS_DENIED` if it belongs to another account
 */
export async function openArtifactBucket(
  clients: AwsClients,
  bucket: ArtifactBucket,
): Promise<void> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  const head = new sdk.HeadBucketCommand({
    Bucket: bucket.name,
    ExpectedBucketOwner: bucket.owner,
  });
  if (!(await exists(() => client.send(head), bucket))) await createBucket(clients, bucket);
}

/** Name of the manifest's bucket, or of the default one per account and region. It may not exist yet. */
export async function artifactBucket(
  clients: AwsClients,
  named: string | null,
): Promise<ArtifactBucket> {
  const [{ GetCallerIdentityCommand }, client] = await Promise.all([
    import("@aws-sdk/client-sts"),
    clients.sts(),
  ]);
  const { Account: owner = "" } = await client.send(new GetCallerIdentityCommand({}));
  const region = await client.config.region();
  return { name: named ?? `arclet-artifacts-${owner}-${region}`, owner, region };
}

async function createBucket(
  clients: AwsClients,
  { name, owner, region }: ArtifactBucket,
): Promise<void> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  try {
    await client.send(
      new sdk.CreateBucketCommand({
        Bucket: name,
        // S3 requires that us-east-1 is not specified.
        ...(region === "us-east-1"
          ? {}
          : {
              CreateBucketConfiguration: {
                // The SDK's list of regions may lack newer ones.
                LocationConstraint: region as BucketLocationConstraint,
              },
            }),
      }),
    );
  } catch (error) {
    // Another deploy of the account may have just created it.
    if (!(error instanceof Error && error.name === "BucketAlreadyOwnedByYou")) throw error;
  }
  await client.send(
    new sdk.PutPublicAccessBlockCommand({
      Bucket: name,
      ExpectedBucketOwner: owner,
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
      Bucket: name,
      ExpectedBucketOwner: owner,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    }),
  );
}

/** Uploads an object unless its key exists, because keys are content hashes. Returns whether it was uploaded. */
export async function putIfMissing(
  client: S3Client,
  bucket: ArtifactBucket,
  key: string,
  read: () => Promise<Uint8Array>,
): Promise<boolean> {
  const { HeadObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const object = { Bucket: bucket.name, Key: key, ExpectedBucketOwner: bucket.owner };
  if (await exists(() => client.send(new HeadObjectCommand(object)), bucket)) return false;
  await client.send(new PutObjectCommand({ ...object, Body: await read() }));
  return true;
}

export function contentKey(folder: string, text: string, extension: string): string {
  return `${folder}/${createHash("sha256").update(text).digest("hex")}.${extension}`;
}

async function exists(head: () => Promise<unknown>, bucket: ArtifactBucket): Promise<boolean> {
  try {
    await head();
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "NotFound" || error.name === "NoSuchBucket") return false;
    // A response to HEAD has no body, so only its status identifies the error.
    if (statusOf(error) !== 403) throw error;
    throw new DeployError("ERR_ACCESS_DENIED", `The bucket ${bucket.name} cannot be used`, {
      hints: [
        `It must belong to the account ${bucket.owner}, and you must be allowed to read and write it.`,
        "Name another one: `bucket my-bucket` under @aws.",
      ],
      cause: error,
    });
  }
}

function statusOf(error: Error): number | null {
  const metadata = "$metadata" in error ? error.$metadata : null;
  return typeof metadata === "object" &&
    metadata !== null &&
    "httpStatusCode" in metadata &&
    typeof metadata.httpStatusCode === "number"
    ? metadata.httpStatusCode
    : null;
}
