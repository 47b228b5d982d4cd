import { domainOf, hasCdn, hasStaticBucket, type SynthesisContext } from "./synthesis-context.ts";
import { cdnId, httpApiId, staticBucketId } from "../template/logical-ids.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";

/** Managed policies of CloudFront, the same ids in every account (CloudFront developer guide). */
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const allViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

/**
 * `@cdn`: CloudFront before the app. `/_static/*` comes from the bucket and is cached, everything else
 * is passed through to the HTTP API.
 */
export function addCdn(context: SynthesisContext): void {
  if (!hasCdn(context)) return;
  const common = { ViewerProtocolPolicy: "redirect-to-https", Compress: true };
  const isServed = hasStaticBucket(context);
  if (isServed) addBucketAccess(context);
  context.template.add(
    cdnId,
    {
      Type: "AWS::CloudFront::Distribution",
      Properties: {
        DistributionConfig: {
          Enabled: true,
          HttpVersion: "http2and3",
          IPV6Enabled: true,
          Comment: ref("AWS::StackName"),
          ...hostOf(context),
          Origins: [
            {
              Id: "http",
              DomainName: sub(`\${${httpApiId}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`),
              CustomOriginConfig: {
                OriginProtocolPolicy: "https-only",
                OriginSSLProtocols: ["TLSv1.2"],
              },
            },
            ...(isServed ? [bucketOrigin(context)] : []),
          ],
          DefaultCacheBehavior: {
            ...common,
            TargetOriginId: "http",
            OriginRequestPolicyId: allViewerExceptHostHeader,
            AllowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
            CachePolicyId: cachingDisabled,
          },
          ...(isServed
            ? {
                CacheBehaviors: [
                  {
                    ...common,
                    TargetOriginId: "static",
                    PathPattern: "/_static/*",
                    AllowedMethods: ["GET", "HEAD", "OPTIONS"],
                    CachePolicyId: cachingOptimized,
                    FunctionAssociations: [
                      {
                        EventType: "viewer-request",
                        FunctionARN: attribute(keyFunctionId, "FunctionARN"),
                      },
                    ],
                  },
                ],
              }
            : {}),
        },
      },
    },
    { label: "@cdn", location: null },
  );
  context.template.output(
    "CdnUrl",
    "URL of the app through CloudFront",
    domainOf(context)?.http != null
      ? `https://${domainOf(context)?.http}`
      : sub(`https://\${${cdnId}.DomainName}`),
  );
}

/** `@domain`: the host of the pages, with its certificate. */
function hostOf(context: SynthesisContext): { readonly [name: string]: TemplateValue } {
  const domain = domainOf(context);
  if (domain === null || domain.http === null) return {};
  return {
    Aliases: [domain.http],
    ViewerCertificate: {
      AcmCertificateArn: domain.certificate,
      MinimumProtocolVersion: "TLSv1.2_2021",
      SslSupportMethod: "sni-only",
    },
  };
}

const accessId = "StaticAccess";
const keyFunctionId = "StaticKeys";

/** Only signed requests of this distribution are allowed. */
function bucketOrigin({ manifest }: SynthesisContext): TemplateValue {
  const prefix = manifest.static?.prefix ?? null;
  return {
    Id: "static",
    DomainName: attribute(staticBucketId, "RegionalDomainName"),
    OriginAccessControlId: ref(accessId),
    S3OriginConfig: { OriginAccessIdentity: "" },
    ...(prefix === null ? {} : { OriginPath: `/${prefix}` }),
  };
}

function addBucketAccess({ template, manifest }: SynthesisContext): void {
  const origin = { label: "@cdn", location: null };
  template.add(
    accessId,
    {
      Type: "AWS::CloudFront::OriginAccessControl",
      Properties: {
        OriginAccessControlConfig: {
          Name: ref("AWS::StackName"),
          OriginAccessControlOriginType: "s3",
          SigningBehavior: "always",
          SigningProtocol: "sigv4",
        },
      },
    },
    origin,
  );
  template.add(
    keyFunctionId,
    {
      Type: "AWS::CloudFront::Function",
      Properties: {
        Name: sub("${AWS::StackName}-static"),
        AutoPublish: true,
        FunctionConfig: { Comment: "Names of static files", Runtime: "cloudfront-js-2.0" },
        FunctionCode: keyFunctionCode(manifest.static?.prefix ?? null),
      },
    },
    origin,
  );
}

/**
 * The bucket has no `/_static`, and knows no folders: `/_static/about/` is `about/index.html`. A path may
 * name the prefix, which the origin adds.
 */
export function keyFunctionCode(prefix: string | null): string {
  return `function handler(event) {
  var request = event.request;
  var uri = request.uri.slice("/_static".length);
  var prefix = ${JSON.stringify(prefix === null ? "" : `/${prefix}/`)};
  if (prefix !== "" && uri.indexOf(prefix) === 0) uri = uri.slice(prefix.length - 1);
  var last = uri.slice(uri.lastIndexOf("/") + 1);
  if (last === "") uri += "index.html";
  else if (last.indexOf(".") === -1) uri += "/index.html";
  request.uri = uri;
  return request;
}
`;
}
