import {
  hasCdn,
  hasStaticBucket,
  domainOf,
  retentionOf,
  webSocketUrl,
  type SynthesisContext,
} from "./synthesis-context.ts";
import { parameterOf } from "./discovery.ts";
import {
  cdnId,
  functionLogicalId,
  httpApiId,
  staticBucketId,
  staticFunctionId,
} from "../template/logical-ids.ts";
import { serviceRole } from "../template/service-role.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";

const origin = { label: "@static", location: null };

/** The bucket of the static files, which is private unless the manifest says otherwise. */
export function addStaticFiles(context: SynthesisContext): void {
  if (!hasStaticBucket(context)) return;
  const { template, manifest } = context;
  const isPrivate = manifest.static?.private !== false;
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
          BlockPublicPolicy: isPrivate,
          RestrictPublicBuckets: isPrivate,
        },
        // The app's pages may follow the redirect to a large file.
        CorsConfiguration: {
          CorsRules: [
            {
              AllowedOrigins: originsOf(context),
              AllowedMethods: ["GET", "HEAD"],
              AllowedHeaders: ["*"],
              ExposedHeaders: ["ETag", "Content-Range", "Accept-Ranges", "Content-Length"],
              MaxAge: 3000,
            },
          ],
        },
      },
    },
    origin,
  );
  const statements = [
    ...(isPrivate ? [] : [allowObjects("*", {})]),
    ...(hasCdn(context) ? cdnStatements() : []),
  ];
  if (statements.length > 0)
    template.add(
      "StaticBucketPolicy",
      {
        Type: "AWS::S3::BucketPolicy",
        Properties: {
          Bucket: ref(staticBucketId),
          PolicyDocument: { Version: "2012-10-17", Statement: statements },
        },
      },
      origin,
    );
  parameterOf(context, "static", "bucket", staticBucketId, null);
  template.output("StaticBucket", "Bucket of the static files", ref(staticBucketId));

  function allowObjects(
    principal: TemplateValue,
    more: Readonly<Record<string, TemplateValue>>,
  ): TemplateValue {
    return {
      Effect: "Allow",
      Principal: principal,
      Action: "s3:GetObject",
      Resource: sub(objectsOf(context)),
      ...more,
    };
  }

  /** Origin access control: this distribution alone reads objects, and learns which are missing. */
  function cdnStatements(): readonly TemplateValue[] {
    const principal = { Service: "cloudfront.amazonaws.com" };
    const arn = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${" + cdnId + "}";
    const condition = { Condition: { StringEquals: { "AWS:SourceArn": sub(arn) } } };
    return [
      allowObjects(principal, condition),
      {
        Effect: "Allow",
        Principal: principal,
        Action: "s3:ListBucket",
        Resource: attribute(staticBucketId, "Arn"),
        ...condition,
      },
    ];
  }
}

/** `Fn::Sub` text of the ARN of every object that is served. */
function objectsOf({ manifest }: SynthesisContext): string {
  const prefix = manifest.static?.prefix ?? null;
  return `\${${staticBucketId}.Arn}/${prefix === null ? "*" : `${prefix}/*`}`;
}

/** The function that reads the private bucket for the HTTP API. It has no other permissions. */
export function addStaticFunction(context: SynthesisContext): void {
  if (!hasStaticBucket(context)) return;
  const { template, manifest, options } = context;
  const asset = options.assets.find(({ functionId }) => functionId === staticFunctionId);
  if (asset === undefined) throw new Error(`function ${staticFunctionId} has no asset`);
  const settings = manifest.static;
  const ofFunction = { label: `function ${staticFunctionId}`, location: null };
  template.add(
    "StaticFunctionLogs",
    {
      Type: "AWS::Logs::LogGroup",
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
      Properties: {
        LogGroupName: sub(`/aws/lambda/\${AWS::StackName}/${staticFunctionId}`),
        ...retentionOf(context),
      },
    },
    ofFunction,
  );
  template.add(
    "StaticFunctionRole",
    serviceRole({
      service: "lambda",
      statements: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [attribute("StaticFunctionLogs", "Arn")],
        },
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: [sub(objectsOf(context))] },
        // Without this permission, S3 responds with 403 for a missing object.
        {
          Effect: "Allow",
          Action: ["s3:ListBucket"],
          Resource: [attribute(staticBucketId, "Arn")],
        },
      ],
      permissionsBoundary: context.manifest.aws.permissionsBoundary,
    }),
    ofFunction,
  );
  template.add(
    functionLogicalId(staticFunctionId),
    {
      Type: "AWS::Lambda::Function",
      Properties: {
        Description: `${manifest.app} static files`,
        Code: { S3Bucket: asset.bucket, S3Key: asset.key },
        Handler: asset.handler,
        Runtime: "nodejs22.x",
        Architectures: ["arm64"],
        // CPU scales with memory; a file of 4 MB is encoded in milliseconds.
        MemorySize: 1152,
        Timeout: 10,
        Role: attribute("StaticFunctionRole", "Arn"),
        LoggingConfig: { LogGroup: ref("StaticFunctionLogs") },
        Environment: {
          Variables: {
            ARC_STATIC_BUCKET: ref(staticBucketId),
            ARC_STATIC_SPA: String(settings?.spa ?? false),
            STATIC_BUCKET_HOST: attribute(staticBucketId, "RegionalDomainName"),
            STATIC_FINGERPRINT: String(settings?.fingerprint === true),
            STATIC_HAS_CDN: String(hasCdn(context)),
            STATIC_IGNORE: JSON.stringify(settings?.ignore ?? []),
            ...(manifest.ws === null ? {} : { ARC_WSS_URL: webSocketUrl(context) }),
            ...(settings?.prefix == null ? {} : { ARC_STATIC_PREFIX: settings.prefix }),
          },
        },
      },
    },
    ofFunction,
  );
}

/** Origins whose pages may read the bucket: the app's, and those in `@cors`. */
function originsOf(context: SynthesisContext): readonly TemplateValue[] {
  const host = domainOf(context)?.http ?? null;
  const named: readonly TemplateValue[] = [
    attribute(httpApiId, "ApiEndpoint"),
    ...(host === null ? [] : [`https://${host}`]),
  ];
  return [...named, ...(context.manifest.cors?.origins ?? [])];
}
