import { createHash } from "node:crypto";

/**
 * CloudFormation logical id (letters and digits) of a name: `HttpGetCats3f2a9c10`.
 * The digest keeps names apart that differ only in letters an id cannot hold. It depends on nothing
 * but the name, so adding or moving other lines of the manifest never renames a resource.
 */
export function logicalId(kind: string, name: string): string {
  const words = name
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word.length > 0)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return `${kind}${words.slice(0, 100)}${digest(name)}`;
}

/** Eight hex digits of SHA-256. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

export const webSocketApiId = "WebSocketApi";

export const httpApiId = "HttpApi";

export const staticBucketId = "StaticBucket";

export const cdnId = "Cdn";

/** Outputs of the stack whose names begin so are DNS records that people make. */
export const dnsRecordOutput = "DnsRecord";

export function functionLogicalId(functionId: string): string {
  return logicalId("Function", functionId);
}

export function tableLogicalId(name: string): string {
  return logicalId("Table", name);
}

export function topicLogicalId(name: string): string {
  return logicalId("Topic", name);
}

export function queueLogicalId(name: string): string {
  return logicalId("Queue", name);
}

export function environmentParameterId(name: string): string {
  return logicalId("Env", name);
}

/** Id of the function that serves static files, which no manifest declares. */
export const staticFunctionId = "arclet/static";

export const realtimeTableId = "RealtimeTable";

/** Id of the function that does what concerns all members of a room. */
export const realtimeFunctionId = "arclet/realtime";

/** Id of the authorizer of `auth` below `@ws-settings`. */
export const authorizerFunctionId = "arclet/authorizer";
