import { hasStaticBucket, type SynthesisContext } from "./synthesis-context.ts";
import { staticBucketId } from "../template/logical-ids.ts";
import { ref, sub } from "../template/template.ts";
import { parameterOf } from "./discovery.ts";

const origin = { label: "@static", location: null };

/**
 * The bucket of the static files. Objects are readable by URL, as the HTTP API has no other way to
 * them; the bucket refuses listing and writing.
 */
export function addStaticFiles(context: SynthesisContext): void {
  if (!hasStaticBucket(context)) return;
  const { template, manifest } = context;
  template.add(
    staticBucketId,
    {
      Type: "AWS::S3::Bucket",
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
          ],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: false,
          RestrictPublicBuckets: false,
        },
      },
    },
    origin,
  );
  const prefix = manifest.static?.prefix ?? null;
  template.add(
    "StaticBucketPolicy",
    {
      Type: "AWS::S3::BucketPolicy",
      Properties: {
        Bucket: ref(staticBucketId),
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: "*",
              Action: "s3:GetObject",
              Resource: sub(`\${${staticBucketId}.Arn}/${prefix === null ? "*" : `${prefix}/*`}`),
            },
          ],
        },
      },
    },
    origin,
  );
  parameterOf(context, "static", "bucket", staticBucketId, null);
  template.output("StaticBucket", "Bucket of the static files", ref(staticBucketId));
}
