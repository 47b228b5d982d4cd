import { hash } from "node:crypto";

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
  return hash("sha256", text).slice(0, 8);
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

/**
 * Logical id of the nested stack that holds a function of a big app: one of sixteen, by a hash of the
 * function's id, so that a function never moves between them.
 */
export function functionStackId(functionId: string): string {
  return `Functions${digest(functionId).charAt(0).toUpperCase()}`;
}

export function isFunctionStackId(id: string): boolean {
  return /^Functions[0-9A-F]$/.test(id);
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const longestFunctionName = 64;
/** Of the stack's name in names of functions. */
const longestStackPart = 32;

/**
 * What the names of all functions of a pragma in nested stacks begin with: `EchoStaging-http-`. It is no
 * other stack's, however long the stack's name is.
 */
export function functionNamePrefix(stackName: string, pragma: string): string {
  const known =
    stackName.length <= longestStackPart
      ? stackName
      : `${stackName.slice(0, longestStackPart - 9)}-${digest(stackName)}`;
  return `${known}-${pragma}-`;
}

/**
 * Name of a function in a nested stack: `EchoStaging-http-get-index-3f2a9c10`. Known before the function
 * exists, so that what names it does not wait for it. A function in the root stack has a name that
 * CloudFormation makes up, which is never this one.
 */
export function nestedFunctionName(stackName: string, functionId: string): string {
  const [pragma = "", ...rest] = functionId.split("/");
  const prefix = functionNamePrefix(stackName, pragma);
  const words = rest
    .join("-")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+/, "");
  const room = longestFunctionName - prefix.length - 9;
  return `${prefix}${words.slice(0, room)}-${digest(functionId)}`;
}
