import { answerJson } from "../../http/http-answer.ts";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Manifest } from "@arclet/manifest";
import type { InvocationFailure, InvocationResult } from "../../invocation.ts";
import { httpApiKind, type HttpApiKind } from "../../lambda-events/http-api-kind.ts";
import { HttpEventWriter } from "../../lambda-events/http.ts";
import {
  readHttpResult,
  unsendableHeader,
  type HttpResult,
  type MalformedResult,
} from "../../lambda-events/http-result.ts";
import type { GatewayContext } from "../gateway-context.ts";
import { isCorsHeader } from "./cors.ts";
import { HttpRoutes, type HttpMatch } from "./http-routes.ts";
import { pageWithLivereload } from "../livereload.ts";
import { invokeInTime } from "../invoke-in-time.ts";
import { hasBody, noBody, readBody } from "../../http/read-body.ts";

/** `errorType` is sent in a header, by REST APIs alone. */
type Refusal = readonly [status: number, body: string, errorType?: string];

/** Ids of a request for its function and its response. */
interface RequestIdentity {
  readonly requestId: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** Responses to failures, which HTTP APIs and REST APIs word differently. */
interface Wording {
  /** The function failed, or its result was malformed. */
  readonly failed: Refusal;
  /** Lambda refused to run it. */
  readonly refused: Refusal;
  /** The event is larger than Lambda allows. */
  readonly tooLong: Refusal;
  /** The body is larger than the gateway allows. */
  readonly tooLarge: Refusal;
  readonly late: Refusal;
  /** Too many requests are waiting. */
  readonly throttled: Refusal;
  readonly unmatched: Refusal;
  /** The limit with the integration timeout. */
  readonly limit: "httpIntegrationMs" | "restIntegrationMs";
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
const httpWording: Wording = {
  failed: [500, '{"message":"Internal Server Error"}'],
  refused: [500, '{"message":"Internal Server Error"}'],
  tooLong: [413, '{"message":"Request Entity Too Large"}'],
  tooLarge: [413, '{"message":"Request Entity Too Large"}'],
  late: [503, '{"message":"Service Unavailable"}'],
  throttled: [429, '{"message":"Too Many Requests"}'],
  unmatched: [404, '{"message":"Not Found"}'],
  limit: "httpIntegrationMs",
};

// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
const restWording: Wording = {
  failed: [502, '{"message": "Internal server error"}', "InternalServerErrorException"],
  refused: [500, '{"message": "Internal server error"}', "InternalServerErrorException"],
  tooLong: [413, '{"message": "Request Too Long"}', "BadRequestException"],
  tooLarge: [413, "HTTP content length exceeded 10485760 bytes."],
  late: [504, '{"message": "Endpoint request timed out"}', "InternalServerErrorException"],
  throttled: [429, '{"message": "Too Many Requests"}', "TooManyRequestsException"],
  unmatched: [
    403,
    '{"message":"Missing Authentication Token"}',
    "MissingAuthenticationTokenException",
  ],
  limit: "restIntegrationMs",
};

/** The HTTP API: routes to functions. */
export class HttpApi {
  readonly #context: GatewayContext;
  readonly #events: HttpEventWriter;
  #routes: HttpRoutes = new HttpRoutes([]);
  #kind: HttpApiKind = "http-2.0";
  #wording: Wording = httpWording;
  #livereload = false;
  #hasCors = false;

  constructor(context: GatewayContext) {
    this.#context = context;
    this.#events = new HttpEventWriter(context.time);
  }

  /** With `livereload`, pages get a script that reloads them. */
  setManifest(manifest: Manifest, livereload: boolean): void {
    this.#livereload = livereload;
    this.#hasCors = manifest.cors !== null;
    this.#routes = new HttpRoutes(manifest.http?.routes ?? []);
    this.#kind = httpApiKind(manifest.aws.apigateway);
    this.#wording = this.#kind === "rest" ? restWording : httpWording;
  }

  find(method: string, path: string): HttpMatch | null {
    return this.#routes.find(method, path);
  }

  /** Answers a request that matches neither a route nor a file. */
  refuse(response: ServerResponse): void {
    answerRefusal(response, this.#identify().headers, this.#wording.unmatched);
  }

  /** `sent` is path and query. Never rejects because of a function or client. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    sent: string,
    match: HttpMatch,
  ): Promise<void> {
    const { limits, clock, apiId, stage } = this.#context;
    const body = hasBody(request) ? await readBody(request, limits.httpBodyBytes) : noBody;
    if (body === "aborted" || response.destroyed) return;
    const identity = this.#identify();
    if (body === "too-large") {
      this.#explain(response, `the body is larger than ${limits.httpBodyBytes} bytes`);
      answerRefusal(response, identity.headers, this.#wording.tooLarge);
      return;
    }
    const end = sent.indexOf("?");
    const event = this.#events.write(this.#kind, {
      request,
      path: end === -1 ? sent : sent.slice(0, end),
      query: end === -1 ? "" : sent.slice(end + 1),
      body,
      routeKey: match.routeKey,
      pathParameters: match.pathParameters,
      apiId,
      domainName: request.headers.host ?? "localhost",
      stage,
      requestId: identity.requestId,
      now: clock.now(),
    });
    const limitMs = limits[this.#wording.limit];
    const result = await invokeInTime(this.#context, match.functionId, event, limitMs, response);
    this.#answer(response, result, match, identity.headers);
  }

  /** Creates a request's ids for either kind of API. */
  #identify(): RequestIdentity {
    const id = this.#context.ids.requestId();
    if (this.#kind !== "rest") return { requestId: id, headers: ["apigw-requestid", id] };
    const requestId = randomUUID();
    return { requestId, headers: ["x-amzn-requestid", requestId, "x-amz-apigw-id", id] };
  }

  /** Records a reason for the developer; the client gets API Gateway's response. */
  #explain(response: ServerResponse, reason: string): void {
    if (this.#context.traffic.isObserved) this.#context.reasons.set(response, reason);
  }

  #refusalOf({ kind, errorType }: InvocationFailure): Refusal {
    if (errorType === "RequestEntityTooLargeException") return this.#wording.tooLong;
    return kind === "throttled" ? this.#wording.refused : this.#wording.failed;
  }

  #answer(
    response: ServerResponse,
    result: InvocationResult | "late" | "throttled",
    { functionId, routeKey }: HttpMatch,
    identity: readonly string[],
  ): void {
    if (response.destroyed) return;
    if (result === "late" || result === "throttled") {
      const seconds = this.#context.limits[this.#wording.limit] / 1000;
      const reason =
        result === "late"
          ? `${functionId} took longer than ${seconds} s`
          : "too many concurrent requests for the gateway";
      this.#explain(response, reason);
      answerRefusal(response, identity, this.#wording[result]);
      return;
    }
    if (!result.ok) {
      answerRefusal(response, identity, this.#refusalOf(result));
      return;
    }
    const read = readHttpResult(result.payload, this.#kind);
    if (!read.ok) return this.#refuseResult(response, functionId, read, identity);
    const answer = this.#livereload ? pageWithLivereload(read) : read;
    if (!write(response, answer, identity, this.#hasCors))
      this.#refuseResult(response, functionId, unsendableHeader(answer.headers), identity);
    const { traffic } = this.#context;
    if (answer.isInferred && traffic.isObserved)
      traffic.emit({ type: "http-result-inferred", functionId, routeKey });
  }

  #refuseResult(
    response: ServerResponse,
    functionId: string,
    { reason }: MalformedResult,
    identity: readonly string[],
  ): void {
    this.#explain(response, `${functionId}: its result ${reason}`);
    answerRefusal(response, identity, this.#wording.failed);
  }
}

/** Returns false if a header of the function cannot be sent. */
function write(
  response: ServerResponse,
  answer: HttpResult,
  identity: readonly string[],
  hasCors: boolean,
): boolean {
  const sendsBody = answer.status !== 204 && answer.status !== 304;
  const headers: string[] = [...identity];
  for (const [name, value] of answer.headers)
    if (!hasCors || !isCorsHeader(name)) headers.push(name, value);
  if (sendsBody) headers.push("content-length", String(Buffer.byteLength(answer.body)));
  try {
    sendHead(response, answer.status, headers);
  } catch {
    // Invalid header names or values make the whole result malformed, as at API Gateway.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    // Node.js keeps the one of the failed attempt.
    response.statusMessage = "";
    return false;
  }
  response.end(sendsBody ? answer.body : undefined);
  return true;
}

/** `headers`: names and values in turn. */
function sendHead(response: ServerResponse, status: number, headers: string[]): void {
  if (response.getHeaderNames().length === 0) {
    // Pass all headers at once, which Node.js writes without storing them.
    response.writeHead(status, headers);
    return;
  }
  for (let index = 0; index < headers.length; index += 2)
    response.appendHeader(headers[index] ?? "", headers[index + 1] ?? "");
  response.writeHead(status);
}

function answerRefusal(
  response: ServerResponse,
  identity: readonly string[],
  [status, body, errorType]: Refusal,
): void {
  for (let index = 0; index < identity.length; index += 2)
    response.setHeader(identity[index] ?? "", identity[index + 1] ?? "");
  if (errorType !== undefined) response.setHeader("x-amzn-errortype", errorType);
  answerJson(response, status, body);
}
