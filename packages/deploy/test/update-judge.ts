import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { Template, TemplateResource, TemplateValue } from "@arclet/deploy";

/**
 * What AWS refuses of one update of a stack, from its documentation and its resource specification alone:
 * emulators accept what AWS refuses. CloudFormation creates and changes everything first, several at a time,
 * and removes only then what is gone or was replaced.
 */
export function refusedByAws(before: Template, after: Template): readonly string[] {
  const replaced = replacedIds(before, after);
  const refusals: string[] = [];
  const held = new Map<string, string>();
  for (const [id, resource] of Object.entries(before.Resources))
    for (const claim of claimsOf(resource, (name) => `${name}#old`)) held.set(claim, id);
  const generation = (id: string): string =>
    replaced.has(id) || !(id in before.Resources) ? `${id}#new` : `${id}#old`;
  const taken = new Map<string, string>();
  for (const [id, resource] of Object.entries(after.Resources)) {
    const deployed = before.Resources[id];
    if (deployed !== undefined && deployed.Type !== resource.Type) {
      refusals.push(`${id}: Update of resource type is not permitted`);
      continue;
    }
    for (const claim of claimsOf(resource, generation)) {
      const holder = held.get(claim);
      if (holder !== undefined && (holder !== id || replaced.has(id)))
        refusals.push(`${id}: ${claim} already exists in ${holder}`);
      if (taken.has(claim)) refusals.push(`${id}: ${claim} is there twice`);
      taken.set(claim, id);
    }
    if (resource.Type === "AWS::ApiGatewayV2::Route")
      refusals.push(...refusedRoute(id, resource, deployed, before));
    if (resource.Type === "AWS::DynamoDB::Table") {
      refusals.push(...unusedAttributes(id, resource));
      if (deployed !== undefined && !replaced.has(id))
        refusals.push(...refusedOfTable(id, deployed.Properties ?? {}, resource.Properties ?? {}));
    }
    if (resource.Type === "AWS::Lambda::Version" && (deployed === undefined || replaced.has(id)))
      refusals.push(...refusedVersion(id, resource, before, after, replaced));
  }
  return refusals;
}

type Properties = { readonly [name: string]: TemplateValue };

const specification = loadAwsServiceSpecSync();

/** Looking a type up takes long, and the specification does not change. */
const replacingByType = new Map<string, ReadonlySet<string>>();

function replacing(type: string): ReadonlySet<string> {
  const known = replacingByType.get(type);
  if (known !== undefined) return known;
  const { properties } = specification
    .lookup("resource", "cloudFormationType", "equals", type)
    .only();
  const names = new Set(
    Object.entries(properties).flatMap(([name, { causesReplacement }]) =>
      causesReplacement === "yes" ? [name] : [],
    ),
  );
  replacingByType.set(type, names);
  return names;
}

function replacedIds(before: Template, after: Template): ReadonlySet<string> {
  const replaced = new Set<string>();
  for (let size = -1; size !== replaced.size;) {
    size = replaced.size;
    for (const [id, { Type: type, Properties: next = {} }] of Object.entries(after.Resources)) {
      const deployed = before.Resources[id];
      if (deployed === undefined || deployed.Type !== type) continue;
      const names = replacing(type);
      const old = deployed.Properties ?? {};
      for (const name of names) {
        const isTouched = [...idsIn(next[name])].some((other) => replaced.has(other));
        if (textOf(old[name]) !== textOf(next[name]) || isTouched) replaced.add(id);
      }
      // "Replacement if you edit an existing AttributeDefinition."
      if (type !== "AWS::DynamoDB::Table") continue;
      const types = new Map(
        list(old["AttributeDefinitions"]).map((one) => [
          one["AttributeName"],
          one["AttributeType"],
        ]),
      );
      for (const { AttributeName: name, AttributeType } of list(next["AttributeDefinitions"]))
        if (types.has(name) && types.get(name) !== AttributeType) replaced.add(id);
    }
  }
  return replaced;
}

/** Of each of these AWS has one; a name that a resource does not set is made up. */
const unique: { readonly [type: string]: readonly (readonly string[])[] } = {
  "AWS::ApiGatewayV2::ApiMapping": [["DomainName", "ApiMappingKey"]],
  "AWS::ApiGatewayV2::DomainName": [["DomainName"]],
  "AWS::ApiGatewayV2::Route": [["ApiId", "RouteKey"]],
  "AWS::ApiGatewayV2::RouteResponse": [["RouteId", "RouteResponseKey"]],
  "AWS::ApiGatewayV2::Stage": [["ApiId", "StageName"]],
  "AWS::CloudFront::Function": [["Name"]],
  "AWS::CloudWatch::Alarm": [["AlarmName"]],
  "AWS::DynamoDB::Table": [["TableName"]],
  "AWS::IAM::Role": [["RoleName"]],
  "AWS::Lambda::Alias": [["FunctionName", "Name"]],
  "AWS::Lambda::EventInvokeConfig": [["FunctionName", "Qualifier"]],
  "AWS::Lambda::EventSourceMapping": [["EventSourceArn", "FunctionName"]],
  "AWS::Lambda::Function": [["FunctionName"]],
  "AWS::Logs::LogGroup": [["LogGroupName"]],
  "AWS::Route53::RecordSet": [["HostedZoneId", "Name", "Type"]],
  "AWS::S3::Bucket": [["BucketName"]],
  "AWS::S3::BucketPolicy": [["Bucket"]],
  "AWS::SNS::Subscription": [["TopicArn", "Protocol", "Endpoint"]],
  "AWS::SNS::Topic": [["TopicName"]],
  "AWS::SQS::Queue": [["QueueName"]],
  "AWS::SSM::Parameter": [["Name"]],
  "AWS::Scheduler::Schedule": [["Name"]],
};

function claimsOf(
  { Type: type, Properties: properties = {} }: TemplateResource,
  generation: (id: string) => string,
): readonly string[] {
  return (unique[type] ?? []).flatMap((names) => {
    if (names.every((name) => properties[name] === undefined)) return [];
    const values = names.map((name) =>
      (textOf(properties[name]) ?? "").replaceAll(/<(\w+)/g, (_, id: string) =>
        id.startsWith("AWS") ? `<${id}` : `<${generation(id)}`,
      ),
    );
    return [`${type} ${values.join(" ")}`];
  });
}

function refusedOfTable(id: string, old: Properties, next: Properties): readonly string[] {
  const refusals: string[] = [];
  const indexes = (properties: Properties) =>
    new Map(list(properties["GlobalSecondaryIndexes"]).map((one) => [one["IndexName"], one]));
  const [were, will] = [indexes(old), indexes(next)];
  const created = [...will.keys()].filter((name) => !were.has(name));
  const deleted = [...were.keys()].filter((name) => !will.has(name));
  if (created.length + deleted.length > 1)
    refusals.push(
      `${id}: Cannot perform more than one GSI creation or deletion in a single update`,
    );
  for (const [name, index] of will) {
    const deployed = were.get(name);
    if (deployed === undefined) continue;
    for (const part of ["KeySchema", "Projection"])
      if (textOf(deployed[part]) !== textOf(index[part]))
        refusals.push(`${id}: Cannot update GSI's properties other than throughput`);
  }
  if (textOf(old["LocalSecondaryIndexes"]) !== textOf(next["LocalSecondaryIndexes"]))
    refusals.push(`${id}: local secondary indexes are made with the table`);
  const [stream, nextStream] = [old, next].map((one) => member(one["StreamSpecification"]));
  if (
    stream !== undefined &&
    nextStream !== undefined &&
    stream["StreamViewType"] !== nextStream["StreamViewType"]
  )
    refusals.push(`${id}: Table already has an enabled stream`);
  const [ttl, nextTtl] = [old, next].map((one) => member(one["TimeToLiveSpecification"]));
  if (
    ttl?.["Enabled"] === true &&
    nextTtl?.["Enabled"] === true &&
    ttl["AttributeName"] !== nextTtl["AttributeName"]
  )
    refusals.push(`${id}: TimeToLive is active on a different AttributeName`);
  return refusals;
}

/** "Some AttributeDefinitions are not used", and keys that none defines. */
function unusedAttributes(id: string, { Properties: properties = {} }: TemplateResource) {
  const defined = list(properties["AttributeDefinitions"]).map((one) => one["AttributeName"]);
  const indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].flatMap((name) =>
    list(properties[name]),
  );
  const used = [properties["KeySchema"], ...indexes.map((one) => one["KeySchema"])].flatMap(
    (keys) => list(keys).map((key) => key["AttributeName"]),
  );
  const odd = [
    ...defined.filter((name) => !used.includes(name)),
    ...used.filter((name) => !defined.includes(name)),
  ];
  return odd.map((name) => `${id}: the attribute ${textOf(name)} is not both defined and used`);
}

/** "The provided route key … has a conflicting variable on the same hierarchical level as …" */
function refusedRoute(
  id: string,
  { Properties: properties = {} }: TemplateResource,
  deployed: TemplateResource | undefined,
  before: Template,
): readonly string[] {
  const key = textOf(properties["RouteKey"]) ?? "";
  if (textOf(deployed?.Properties?.["RouteKey"]) === key) return [];
  const segments = key.slice(1, -1).split(" ").at(-1)?.split("/") ?? [];
  return Object.entries(before.Resources).flatMap(([otherId, other]) => {
    if (other.Type !== "AWS::ApiGatewayV2::Route" || otherId === id) return [];
    if (textOf(other.Properties?.["ApiId"]) !== textOf(properties["ApiId"])) return [];
    const otherKey = textOf(other.Properties?.["RouteKey"]) ?? "";
    const others = otherKey.slice(1, -1).split(" ").at(-1)?.split("/") ?? [];
    const isVariable = (segment: string | undefined): boolean =>
      segment !== undefined && /^\{[^+]+\}$/.test(segment);
    for (const [index, segment] of segments.entries()) {
      const same = others[index];
      if (segment === same || (index > 0 && segment === "")) continue;
      return isVariable(segment) && isVariable(same)
        ? [`${id}: ${key} has a conflicting variable on the same hierarchical level as ${otherKey}`]
        : [];
    }
    return [];
  });
}

/** "A version for this Lambda function exists ( 1 ). Modify the function to create a new version." */
function refusedVersion(
  id: string,
  version: TemplateResource,
  before: Template,
  after: Template,
  replaced: ReadonlySet<string>,
): readonly string[] {
  const [functionId = ""] = idsIn(version.Properties?.["FunctionName"]);
  const isOfFunction = ({ Type, Properties }: TemplateResource): boolean =>
    Type === "AWS::Lambda::Version" && idsIn(Properties?.["FunctionName"]).has(functionId);
  if (!Object.values(before.Resources).some(isOfFunction)) return [];
  const versioned = ({ Resources: resources }: Template): string => {
    const {
      ReservedConcurrentExecutions: _reserved,
      Tags: _tags,
      ...rest
    } = resources[functionId]?.Properties ?? {};
    return textOf(rest) ?? "";
  };
  const text = versioned(after);
  const isRenamed = [...text.matchAll(/<(\w+)/g)].some(([, name = ""]) => replaced.has(name));
  return text === versioned(before) && !isRenamed
    ? [`${id}: A version for this Lambda function exists`]
    : [];
}

/** Sorted JSON, with references as `<Id.Attribute>`. */
function textOf(value: TemplateValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner as Properties);
    const [[name, argument] = []] = entries;
    if (name === "Ref" && typeof argument === "string") return `<${argument}>`;
    if (name === "Fn::GetAtt") return `<${(argument as readonly string[]).join(".")}>`;
    if (name === "Fn::Sub" && typeof argument === "string")
      return argument.replaceAll(/\$\{([\w.:]+)\}/g, "<$1>");
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function idsIn(value: TemplateValue | undefined): ReadonlySet<string> {
  return new Set([...(textOf(value) ?? "").matchAll(/<(\w+)/g)].map(([, id = ""]) => id));
}

function list(value: TemplateValue | undefined): readonly Properties[] {
  return Array.isArray(value) ? (value as readonly Properties[]) : [];
}

function member(value: TemplateValue | undefined): Properties | undefined {
  return value as Properties | undefined;
}
