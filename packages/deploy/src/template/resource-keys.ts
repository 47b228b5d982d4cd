import { canonicalText, referredId } from "./canonical-value.ts";
import { httpApiId, webSocketApiId } from "./logical-ids.ts";
import type { Template, TemplateResource } from "./template.ts";

/** Properties that hold a name which only one resource of a region, an account or the world can have. */
export const nameProperties: { readonly [type: string]: string } = {
  "AWS::CloudFront::Function": "Name",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::IAM::Role": "RoleName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::SNS::Topic": "TopicName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::SSM::Parameter": "Name",
  "AWS::Scheduler::Schedule": "Name",
};

/** Logical ids of an app's own APIs: Architect's, and Arclet's. */
const mainApis: ReadonlySet<string> = new Set(["HTTP", "WS", httpApiId, webSocketApiId]);
/** Kinds of which one thing may have any number. */
const manifold = /^(?:mapping of|subscription of|integration of) /;

type Resources = Template["Resources"];

/**
 * Keys of a template's resources that identify what they are, independent of their logical ids: `tables/cats`, `api WEBSOCKET`, `route api WEBSOCKET $connect`. Two templates of one app give
 * the same keys, whoever wrote them. Gives the logical ids that hold each key, most often one.
 */
export function resourceKeys(resources: Resources): ReadonlyMap<string, readonly string[]> {
  const discovered = discoveredNames(resources);
  const routes = routesOfIntegrations(resources);
  const ids = new Map<string, string[]>();
  for (const id of Object.keys(resources)) {
    const key = keyOf(id, resources, discovered, routes);
    if (key === null) continue;
    const holders = ids.get(key);
    if (holders === undefined) ids.set(key, [id]);
    else holders.push(id);
  }
  return ids;
}

/** Whether AWS has room for only one resource of a key. */
export function isExclusive(key: string): boolean {
  return !manifold.test(key);
}

/** `tables/cats` by logical id: what `/<stack>/tables/cats` leads to. */
function discoveredNames(resources: Resources): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { Type: type, Properties: properties } of Object.values(resources)) {
    if (type !== "AWS::SSM::Parameter") continue;
    const name = canonicalText(properties?.["Name"]);
    const found = /^\/<AWS::StackName>\/((?:tables|events|queues|static)\/.+)$/.exec(name ?? "");
    const id = referredId(properties?.["Value"]);
    if (found?.[1] !== undefined && id !== null && Object.hasOwn(resources, id))
      names.set(id, found[1]);
  }
  return names;
}

/** Routes by the logical id of the integration that is their target. */
function routesOfIntegrations(resources: Resources): ReadonlyMap<string, readonly string[]> {
  const routes = new Map<string, string[]>();
  for (const [id, { Type: type, Properties: properties }] of Object.entries(resources)) {
    if (type !== "AWS::ApiGatewayV2::Route") continue;
    const target = canonicalText(properties?.["Target"]);
    const integration = /^integrations\/<([A-Za-z0-9]+)>$/.exec(target ?? "")?.[1];
    if (integration !== undefined)
      routes.set(integration, [...(routes.get(integration) ?? []), id]);
  }
  return routes;
}

function keyOf(
  id: string,
  resources: Resources,
  discovered: ReadonlyMap<string, string>,
  routes: ReadonlyMap<string, readonly string[]>,
): string | null {
  const resource = resources[id];
  if (resource === undefined) return null;
  const { Type: type, Properties: properties = {} } = resource;
  const known = discovered.get(id);
  if (known !== undefined) return known;
  const keyOfProperty = (property: string): string | null => {
    const target = referredId(properties[property]);
    return target === null ? null : keyOf(target, resources, discovered, routes);
  };
  /** A key below that of the resource which a property refers to. */
  const below = (kind: string, property: string, rest: string = ""): string | null => {
    const parent = keyOfProperty(property);
    return parent === null ? null : `${kind} ${parent}${rest}`;
  };
  switch (type) {
    case "AWS::ApiGatewayV2::Api":
      // Plugins may add further ones.
      return mainApis.has(id) ? `api ${protocolOf(resource)}` : `api ${id}`;
    case "AWS::ApiGatewayV2::Stage":
      return below("stage", "ApiId", ` ${canonicalText(properties["StageName"]) ?? ""}`);
    case "AWS::ApiGatewayV2::Route":
      return below("route", "ApiId", ` ${canonicalText(properties["RouteKey"]) ?? ""}`);
    case "AWS::ApiGatewayV2::Integration": {
      const [route, ...others] = routes.get(id) ?? [];
      // One that several routes share is a function's, and any number of them may exist.
      if (route === undefined || others.length > 0) return null;
      const key = keyOf(route, resources, discovered, routes);
      // Those of an HTTP API are a function's too: a route may go from one to another.
      return key?.startsWith("route api WEBSOCKET ") === true ? `integration of ${key}` : null;
    }
    case "AWS::S3::BucketPolicy":
      return below("policy of", "Bucket");
    case "AWS::Lambda::EventSourceMapping":
      return below("mapping of", "EventSourceArn");
    case "AWS::SNS::Subscription":
      return below("subscription of", "TopicArn");
    default: {
      const property = nameProperties[type];
      const name = property === undefined ? null : canonicalText(properties[property]);
      return name === null ? null : `${type} ${name}`;
    }
  }
}

/** SAM leaves the protocol out of an API that its body describes: only HTTP APIs have one. */
function protocolOf({ Properties: properties }: TemplateResource): string {
  return canonicalText(properties?.["ProtocolType"]) ?? "HTTP";
}
