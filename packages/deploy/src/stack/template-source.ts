import { contentKey, putIfMissing, type ArtifactBucket } from "../assets/artifact-bucket.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import { limitAdvice, storedTemplateBytes } from "../template/stack-limits.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const inlineTemplateBytes = 51_200;

/**
 * The template as a parameter of a call: as text, or uploaded to the bucket if it is too long.
 * @throws DeployError `ERR_TEMPLATE_LIMIT`
 */
export async function templateSource(
  clients: AwsClients,
  bucket: ArtifactBucket,
  stackName: string,
  text: string,
): Promise<{ readonly body: string } | { readonly url: string }> {
  const size = Buffer.byteLength(text);
  if (size > storedTemplateBytes)
    throw new DeployError("ERR_TEMPLATE_LIMIT", "The template is larger than 1 MB", {
      hints: [limitAdvice],
    });
  if (size <= inlineTemplateBytes) return { body: text };
  const key = contentKey(`${stackName}/templates`, text, "json");
  const s3 = await clients.s3();
  await putIfMissing(s3, bucket, key, () => Promise.resolve(Buffer.from(text)));
  return { url: await objectUrl(s3, bucket.name, key) };
}

/** Puts a nested template where the root's template says that it is. */
export async function storeTemplate(
  clients: AwsClients,
  bucket: ArtifactBucket,
  key: string,
  template: object,
): Promise<void> {
  const text = JSON.stringify(template);
  await putIfMissing(await clients.s3(), bucket, key, () => Promise.resolve(Buffer.from(text)));
}

async function objectUrl(
  s3: Awaited<ReturnType<AwsClients["s3"]>>,
  bucket: string,
  key: string,
): Promise<string> {
  const endpoint = process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"];
  if (endpoint !== undefined) return `${endpoint.replace(/\/$/, "")}/${bucket}/${key}`;
  const region = await s3.config.region();
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://${bucket}.s3.${region}.${suffix}/${key}`;
}
