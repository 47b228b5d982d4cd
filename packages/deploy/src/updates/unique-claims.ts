import { canonicalText } from "../template/canonical-value.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

/** A thing that AWS allows only once, identified by these properties. */
interface Claim {
  readonly properties: readonly string[];
  /** Whether all of the properties must be given. @default true */
  readonly isWhole?: boolean;
  /** What a person calls it. */
  readonly what: string;
}

const claims: { readonly [type: string]: Claim } = {
  // ResourceConflictException: "An event source mapping with … already exists"
  "AWS::Lambda::EventSourceMapping": {
    properties: ["EventSourceArn", "FunctionName"],
    what: "the mapping from an event source to a function",
  },
  // Subscribe gives the subscription that is there, which then goes with the old resource.
  "AWS::SNS::Subscription": {
    properties: ["TopicArn", "Protocol", "Endpoint"],
    what: "the subscription of a function to a topic",
  },
  "AWS::Lambda::Alias": {
    properties: ["FunctionName", "Name"],
    what: "the alias of a function",
  },
  "AWS::Lambda::EventInvokeConfig": {
    properties: ["FunctionName", "Qualifier"],
    what: "the retries of a function",
  },
  "AWS::ApiGatewayV2::ApiMapping": {
    properties: ["DomainName", "ApiMappingKey"],
    isWhole: false,
    what: "the mapping of a domain to an API",
  },
  "AWS::ApiGatewayV2::DomainName": { properties: ["DomainName"], what: "a domain of API Gateway" },
  "AWS::ApiGatewayV2::RouteResponse": {
    properties: ["RouteId", "RouteResponseKey"],
    what: "the response of a route",
  },
  "AWS::Route53::RecordSet": {
    properties: ["HostedZoneId", "HostedZoneName", "Name", "Type", "SetIdentifier"],
    isWhole: false,
    what: "a DNS record",
  },
};

/** What one resource claims for itself. */
export interface HeldClaim {
  /** The same for the same claim. */
  readonly key: string;
  readonly what: string;
  /** The values that make it up. */
  readonly values: readonly TemplateValue[];
}

/** What a resource claims for itself; null for nothing. */
export function claimOf({
  Type: type,
  Properties: properties = {},
}: TemplateResource): HeldClaim | null {
  const claim = Object.hasOwn(claims, type) ? claims[type] : undefined;
  if (claim === undefined) return null;
  const texts = claim.properties.map((name) => canonicalText(properties[name]));
  if (claim.isWhole !== false && texts.includes(null)) return null;
  const values = claim.properties.flatMap((name) => properties[name] ?? []);
  return { key: JSON.stringify([type, ...texts]), what: claim.what, values };
}

/** Logical ids by the key of what they claim. */
export function claimsOf({
  Resources: resources,
}: Template): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const [id, resource] of Object.entries(resources)) {
    const claim = claimOf(resource);
    if (claim !== null) holders.set(claim.key, [...(holders.get(claim.key) ?? []), id]);
  }
  return holders;
}
