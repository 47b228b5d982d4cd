import type { Domain } from "@arclet/manifest";
import {
  cdnId,
  dnsRecordOutput,
  httpApiId,
  logicalId,
  webSocketApiId,
} from "../template/logical-ids.ts";
import {
  attribute,
  ref,
  sub,
  type ResourceOrigin,
  type TemplateValue,
} from "../template/template.ts";
import { domainOf, hasCdn, hasHttpApi, type SynthesisContext } from "./synthesis-context.ts";

/** Hosted zone of all distributions (Route 53's documentation of alias targets). */
const cloudFrontZone = "Z2FDTNDATAQYW2";

interface Target {
  readonly host: string;
  /** The attribute whose value the host's records lead to, as `Fn::Sub` has it. */
  readonly attribute: string;
  readonly zone: TemplateValue;
}

/** `@domain`: hosts of the stage's APIs, with their DNS records where a zone is named. */
export function addDomains(context: SynthesisContext): void {
  const domain = domainOf(context);
  if (domain === null) return;
  const origin = { label: `@domain ${context.options.stage}`, location: domain.origin };
  const targets: Target[] = [];
  if (domain.http !== null && hasHttpApi(context))
    targets.push(
      hasCdn(context)
        ? { host: domain.http, attribute: `${cdnId}.DomainName`, zone: cloudFrontZone }
        : mapped(context, domain, domain.http, httpApiId, "HttpStage", origin),
    );
  if (domain.ws !== null && context.manifest.ws !== null)
    targets.push(mapped(context, domain, domain.ws, webSocketApiId, "WebSocketStage", origin));
  for (const target of targets) addRecords(context, domain, target, origin);
}

function mapped(
  { template }: SynthesisContext,
  { certificate }: Domain,
  host: string,
  apiId: string,
  stageId: string,
  origin: ResourceOrigin,
): Target {
  const id = logicalId("Domain", host);
  template.add(
    id,
    {
      Type: "AWS::ApiGatewayV2::DomainName",
      Properties: {
        DomainName: host,
        DomainNameConfigurations: [
          {
            CertificateArn: certificate,
            EndpointType: "REGIONAL",
            SecurityPolicy: "TLS_1_2",
          },
        ],
      },
    },
    origin,
  );
  template.add(
    logicalId("DomainMapping", host),
    {
      Type: "AWS::ApiGatewayV2::ApiMapping",
      Properties: { ApiId: ref(apiId), DomainName: ref(id), Stage: ref(stageId) },
    },
    origin,
  );
  return {
    host,
    attribute: `${id}.RegionalDomainName`,
    zone: attribute(id, "RegionalHostedZoneId"),
  };
}

function addRecords(
  { template }: SynthesisContext,
  { zone }: Domain,
  target: Target,
  origin: ResourceOrigin,
): void {
  const { host } = target;
  if (zone === null) {
    // Outputs with the DNS records to create elsewhere, which the deploy prints.
    template.output(
      logicalId(dnsRecordOutput, host),
      `DNS record of ${host}`,
      sub(`${host} CNAME \${${target.attribute}}`),
    );
    return;
  }
  // A host of API Gateway has addresses of IPv4, one of CloudFront of both.
  const types = target.zone === cloudFrontZone ? ["A", "AAAA"] : ["A"];
  for (const type of types)
    template.add(
      logicalId("Record", `${type} ${host}`),
      {
        Type: "AWS::Route53::RecordSet",
        Properties: {
          HostedZoneId: zone,
          Name: host,
          Type: type,
          AliasTarget: {
            DNSName: sub(`\${${target.attribute}}`),
            HostedZoneId: target.zone,
          },
        },
      },
      origin,
    );
}
