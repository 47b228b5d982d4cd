import { hasCdn, type SynthesisContext } from "./synthesis-context.ts";
import { cdnId, httpApiId } from "../template/logical-ids.ts";
import { ref, sub } from "../template/template.ts";

/** Managed policies of CloudFront, the same ids in every account (CloudFront developer guide). */
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const allViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

/** `@cdn`: CloudFront before the HTTP API. Static files are cached, routes are passed through. */
export function addCdn(context: SynthesisContext): void {
  if (!hasCdn(context)) return;
  const target = {
    TargetOriginId: "http",
    ViewerProtocolPolicy: "redirect-to-https",
    OriginRequestPolicyId: allViewerExceptHostHeader,
    Compress: true,
  };
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
          Origins: [
            {
              Id: "http",
              DomainName: sub(`\${${httpApiId}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`),
              CustomOriginConfig: {
                OriginProtocolPolicy: "https-only",
                OriginSSLProtocols: ["TLSv1.2"],
              },
            },
          ],
          DefaultCacheBehavior: {
            ...target,
            AllowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
            CachePolicyId: cachingDisabled,
          },
          CacheBehaviors: [
            { ...target, PathPattern: "/_static/*", CachePolicyId: cachingOptimized },
          ],
        },
      },
    },
    { label: "@cdn", location: null },
  );
  context.template.output(
    "CdnUrl",
    "URL of the app through CloudFront",
    sub(`https://\${${cdnId}.DomainName}`),
  );
}
