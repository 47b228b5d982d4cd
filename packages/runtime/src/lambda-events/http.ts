import { localAccount } from "@arclet/manifest";
import { clfTime, type ClfTime } from "../clf-time.ts";
import type { HttpApiKind } from "./http-api-kind.ts";
import {
  listHeaders,
  sourceIpOf,
  toHeaderMaps,
  toQueryMaps,
  traceId,
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
  return kind === "http-2.0"
    ? httpEventV2(input, describeHead(input), clfTime(input.now))
    : httpEventV1(input, kind === "rest");
}

/**
 * Writes the events of one gateway. Clients on a kept-alive connection send nearly the same headers each time,
 * so their JSON is cached with the connection until a header changes.
 */
export class HttpEventWriter {
  readonly #time: ClfTime;
  readonly #heads = new WeakMap<object, HeadText>();

  constructor(time: ClfTime) {
    this.#time = time;
  }

  write(kind: HttpApiKind, input: HttpEventInput): string {
    if (kind !== "http-2.0") return httpEventV1(input, kind === "rest");
    const { socket } = input.request;
    let head = this.#heads.get(socket);
    if (head === undefined || !isOf(head, input)) {
      head = describeHead(input);
      this.#heads.set(socket, head);
    }
    return httpEventV2(input, head, this.#time.at(input.now));
  }
}

/** JSON text of a request's headers in an event, in pieces. */
interface HeadText {
  readonly rawHeaders: readonly string[];
  readonly bodyBytes: number;
  readonly isText: boolean;
  /** `"cookies":[…],"headers":{…`, up to the value of the trace id. */
  readonly beforeTrace: string;
  /** From after the trace id to the end of `headers`. */
  readonly afterTrace: string;
  /** `,"protocol":…`, to the end of `http`. */
  readonly client: string;
  /** `"requestContext":{…`, up to the method. */
  readonly context: string;
}

function isOf({ rawHeaders, bodyBytes }: HeadText, { request, body }: HttpEventInput): boolean {
  const sent = request.rawHeaders;
  if (sent.length !== rawHeaders.length || body.length !== bodyBytes) return false;
  for (let index = 0; index < sent.length; index++)
    if (sent[index] !== rawHeaders[index]) return false;
  return true;
}

function describeHead(input: HttpEventInput): HeadText {
  const { request, now, body, domainName } = input;
  const contentLength = { name: "content-length", bytes: body.length };
  let cookies = "";
  let before = "";
  let fields = "";
  for (const [name, values] of listHeaders(request, now, { contentLength })) {
    const key = name.toLowerCase();
    if (key === "cookie") {
      const list = values.flatMap((value) => value.split(/;\s*/));
      cookies = `"cookies":${JSON.stringify(list)},`;
      continue;
    }
    fields += `${fields === "" && before === "" ? "" : ","}${JSON.stringify(key)}:`;
    if (key === traceHeader) {
      before = `${fields}"`;
      fields = '"';
    } else fields += JSON.stringify(values.join(","));
  }
  const prefix = domainName.split(".")[0] ?? "";
  const userAgent = JSON.stringify(request.headers["user-agent"] ?? "");
  return {
    rawHeaders: request.rawHeaders,
    bodyBytes: body.length,
    isText: isText(request),
    beforeTrace: `${cookies}"headers":{${before}`,
    afterTrace: `${fields}},`,
    client: `,"protocol":"HTTP/${request.httpVersion}","sourceIp":${JSON.stringify(sourceIpOf(request))},"userAgent":${userAgent}}`,
    context:
      `"requestContext":{"accountId":"${localAccount}","apiId":${JSON.stringify(input.apiId)},` +
      `"domainName":${JSON.stringify(domainName)},"domainPrefix":${JSON.stringify(prefix)},"http":{"method":`,
  };
}

const emptyText = '""';
const traceHeader = "x-amzn-trace-id";

/** Payload format 2.0. What is missing is left out, never null. A method is one that Node.js' parser knows. */
function httpEventV2(input: HttpEventInput, head: HeadText, time: string): string {
  const { request, pathParameters, body, now } = input;
  const path = JSON.stringify(decodedPath(input.path));
  const routeKey = JSON.stringify(input.routeKey);
  const query = input.query === "" ? null : joinedQuery(new URLSearchParams(input.query));
  const parameters = query === null ? "" : `"queryStringParameters":${JSON.stringify(query)},`;
  const bodyText =
    body.length === 0
      ? ""
      : `"body":${JSON.stringify(body.toString(head.isText ? "utf8" : "base64"))},`;
  const variables =
    pathParameters === null ? "" : `"pathParameters":${JSON.stringify(pathParameters)},`;
  return (
    `{"version":"2.0","routeKey":${routeKey},"rawPath":${path},"rawQueryString":${query === null ? emptyText : JSON.stringify(input.query)},` +
    `${head.beforeTrace}${traceId(now)}${head.afterTrace}${parameters}` +
    `${head.context}"${request.method ?? "GET"}","path":${path}${head.client},` +
    `"requestId":"${input.requestId}","routeKey":${routeKey},"stage":"$default","time":"${time}","timeEpoch":${now}},` +
    `${bodyText}${variables}"isBase64Encoded":${body.length > 0 && !head.isText}}`
  );
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

/** HTTP APIs pass paths decoded, REST APIs as sent. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Content types that are passed as text. All others, including forms and missing types, are passed as base64. */
const textTypes: ReadonlySet<string> = new Set([
  "application/json",
  "application/javascript",
  "application/xml",
]);

function isText(request: RequestHead): boolean {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || textTypes.has(type);
}
