import { clfTime } from "./clf-time.ts";
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
  /** Path and query as sent. */
  readonly url: URL;
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

/** Payload format 2.0. What is missing is left out, never null. */
export function httpEventV2(input: HttpEventInput): string {
  const { request, url, routeKey, pathParameters, now } = input;
  const headers: Record<string, string> = {};
  let cookies: string[] | undefined;
  for (const [name, values] of listHeaders(request, now)) {
    const key = name.toLowerCase();
    if (key === "cookie") cookies = values.flatMap((value) => value.split(/;\s*/));
    else headers[key] = values.join(",");
  }
  const contentLength = request.headers["content-length"];
  if (contentLength !== undefined) headers["content-length"] = contentLength;
  const query = joinedQuery(url.searchParams);
  return JSON.stringify({
    version: "2.0",
    routeKey,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookies === undefined ? {} : { cookies }),
    headers,
    ...(query === null ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: "123456789012",
      apiId: input.apiId,
      domainName: input.domainName,
      domainPrefix: input.domainName.split(".")[0] ?? "",
      http: {
        method: request.method ?? "GET",
        path: url.pathname,
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

/** Payload format 1.0, that of REST APIs. What is missing is null. */
export function httpEventV1(input: HttpEventInput): string {
  const { request, url, routeKey, pathParameters, now } = input;
  const headers: HeaderList = listHeaders(request, now);
  const resource = routeKey.slice(routeKey.indexOf(" ") + 1);
  return JSON.stringify({
    version: "1.0",
    resource,
    path: url.pathname,
    httpMethod: request.method ?? "GET",
    ...toHeaderMaps(headers),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    ...toQueryMaps(url.searchParams),
    requestContext: {
      accountId: "123456789012",
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
      path: url.pathname,
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

/** Whether the gateway hands the body on as text; everything else travels as base64. */
function isText(request: RequestHead): boolean {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  return (
    type.startsWith("text/") ||
    type === "application/json" ||
    type === "application/javascript" ||
    type === "application/xml" ||
    type.endsWith("+json") ||
    type.endsWith("+xml")
  );
}
