import { localAccount } from "@arclet/manifest";
import { clfTime } from "../clf-time.ts";
import type { HttpApiKind } from "./http-api-kind.ts";
import {
  listHeaders,
  sourceIpOf,
  toHeaderMaps,
  toQueryMaps,
  type HeaderList,
  type RequestHead,
} from "./request-headers.ts";

export interface HttpEventInput {
  readonly request: RequestHead;
  /** As sent, still percent-encoded. */
  readonly path: string;
  /** As sent, without its question mark. */
  readonly query: string;
  readonly body: Buffer;
  /** `GET /cats/{id}`, `ANY /api/{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  readonly apiId: string;
  readonly domainName: string;
  readonly stage: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

/** The event of a kind of API. */
export function httpEvent(kind: HttpApiKind, input: HttpEventInput): string {
  return kind === "http-2.0" ? httpEventV2(input) : httpEventV1(input, kind === "rest");
}

/** Payload format 2.0. What is missing is left out, never null. */
function httpEventV2(input: HttpEventInput): string {
  const { request, routeKey, pathParameters, now } = input;
  const rawPath = decodedPath(input.path);
  const headers: Record<string, string> = {};
  let cookies: string[] | undefined;
  const contentLength = { name: "content-length", bytes: input.body.length };
  for (const [name, values] of listHeaders(request, now, { contentLength })) {
    const key = name.toLowerCase();
    if (key === "cookie") cookies = values.flatMap((value) => value.split(/;\s*/));
    else headers[key] = values.join(",");
  }
  const query = joinedQuery(new URLSearchParams(input.query));
  return JSON.stringify({
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString: input.query,
    ...(cookies === undefined ? {} : { cookies }),
    headers,
    ...(query === null ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: localAccount,
      apiId: input.apiId,
      domainName: input.domainName,
      domainPrefix: input.domainName.split(".")[0] ?? "",
      http: {
        method: request.method ?? "GET",
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIpOf(request),
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: input.requestId,
      routeKey,
      stage: "$default",
      time: clfTime(now),
      timeEpoch: now,
    },
    ...bodyOf(input),
    ...(pathParameters === null ? {} : { pathParameters }),
    isBase64Encoded: input.body.length > 0 && !isText(request),
  });
}

/**
 * Payload format 1.0, which is that of REST APIs but for what they say of version and path. What is
 * missing is null.
 */
function httpEventV1(input: HttpEventInput, isRest: boolean): string {
  const { request, routeKey, pathParameters, now } = input;
  const path = isRest ? input.path : decodedPath(input.path);
  const contentLength = { name: "Content-Length", bytes: input.body.length };
  const headers: HeaderList = listHeaders(request, now, isRest ? {} : { contentLength });
  const resource = routeKey.slice(routeKey.indexOf(" ") + 1);
  return JSON.stringify({
    ...(isRest ? {} : { version: "1.0" }),
    resource,
    path,
    httpMethod: request.method ?? "GET",
    ...toHeaderMaps(headers),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    ...toQueryMaps(new URLSearchParams(input.query)),
    requestContext: {
      accountId: localAccount,
      apiId: input.apiId,
      domainName: input.domainName,
      domainPrefix: input.domainName.split(".")[0] ?? "",
      extendedRequestId: input.requestId,
      httpMethod: request.method ?? "GET",
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: sourceIpOf(request),
        user: null,
        userAgent: request.headers["user-agent"] ?? null,
        userArn: null,
      },
      path: isRest ? `/${input.stage}${path}` : path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: input.requestId,
      requestTime: clfTime(now),
      requestTimeEpoch: now,
      resourceId: routeKey,
      resourcePath: resource,
      stage: input.stage,
    },
    pathParameters,
    stageVariables: null,
    body: null,
    ...bodyOf(input),
    isBase64Encoded: input.body.length > 0 && !isText(request),
  });
}

function bodyOf({ body, request }: HttpEventInput): { body?: string } {
  if (body.length === 0) return {};
  return { body: body.toString(isText(request) ? "utf8" : "base64") };
}

function joinedQuery(search: URLSearchParams): Record<string, string> | null {
  const joined: Record<string, string> = {};
  let isEmpty = true;
  for (const [name, value] of search) {
    isEmpty = false;
    joined[name] = joined[name] === undefined ? value : `${joined[name]},${value}`;
  }
  return isEmpty ? null : joined;
}

/** HTTP APIs hand paths on decoded, REST APIs as they were sent. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Text, by content type; everything else travels as base64: forms, and what has no type, too. */
const textTypes: ReadonlySet<string> = new Set([
  "application/json",
  "application/javascript",
  "application/xml",
]);

function isText(request: RequestHead): boolean {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || textTypes.has(type);
}
