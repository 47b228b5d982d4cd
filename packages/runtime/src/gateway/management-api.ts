import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConnectionCommand, ConnectionInfo } from "../connections/connection-router.ts";
import { isConnectionId } from "../lambda-events/ids.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { readBody } from "../http/read-body.ts";
import { traceId } from "../lambda-events/request-headers.ts";

/** `/@connections/{id}`, behind nothing, the stage, or the alias Architect's helpers call. */
const pathPattern = /^(\/[^/@%]+|\/_arc\/ws)?\/(?:@|%40)connections\/([^/]+)$/i;

/**
 * The API with which functions and servers reach connections.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 * Signatures are not verified: the server is the developer's own.
 */
export class ManagementApi {
  readonly #context: GatewayContext;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** Returns false if the path does not belong to this API. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const match = pathPattern.exec(path);
    if (match === null) return false;
    const { stage, traffic, trust, clock } = this.#context;
    const [, prefix, encodedId = ""] = match;
    response.setHeader("x-amzn-requestid", randomUUID());
    response.setHeader("x-amz-apigw-id", this.#context.ids.requestId());
    const isKnownStage = prefix === undefined || prefix === `/${stage}` || prefix === "/_arc/ws";
    if (!isKnownStage || !trust.isLocal(request)) {
      fail(response, 403, "ForbiddenException", '{"message":"Forbidden"}');
      return true;
    }
    const id = decode(encodedId);
    if (!isConnectionId(id)) {
      const body = JSON.stringify({ message: `Invalid connectionId: ${id}` });
      fail(response, 400, "BadRequestException", body);
      return true;
    }
    response.setHeader("x-amzn-trace-id", traceId(clock.now()));
    traffic.report(this.#carryOut(request, response, id), "management API");
    return true;
  }

  async #carryOut(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const { limits, connections } = this.#context;
    let command: ConnectionCommand;
    switch (request.method) {
      case "POST": {
        const body = await readBody(request, limits.messageBytes);
        if (body === "aborted") return;
        if (body === "too-large") {
          fail(response, 413, "PayloadTooLargeException", '{"message":"Payload too large"}');
          return;
        }
        // API Gateway sends text frames only; bytes that are not valid UTF-8 are sent as a binary frame here.
        command = { type: "send", data: isUtf8(body) ? body.toString("utf8") : body };
        break;
      }
      case "GET":
        command = { type: "info" };
        break;
      case "DELETE":
        command = { type: "close" };
        break;
      default:
        fail(
          response,
          403,
          "MissingAuthenticationTokenException",
          '{"message":"Missing Authentication Token"}',
        );
        return;
    }
    const reply = await connections.request(id, command);
    if (reply === "gone") fail(response, 410, "GoneException", "");
    else if (reply.type === "info") succeed(response, 200, formatInfo(reply.info));
    else if (reply.type === "too-large") {
      fail(response, 413, "PayloadTooLargeException", '{"message":"Payload too large"}');
    } else if (reply.type === "limit-exceeded") {
      fail(response, 429, "LimitExceededException", '{"message":"Too Many Requests"}');
    } else if (command.type === "close") {
      response.writeHead(204).end();
    } else {
      succeed(response, 200, "");
    }
  }
}

function succeed(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

function fail(response: ServerResponse, status: number, errorType: string, body: string): void {
  response.setHeader("x-amzn-errortype", errorType);
  succeed(response, status, body);
}

/** AWS's own spacing: two spaces, ` : ` between key and value. */
function formatInfo(info: ConnectionInfo): string {
  const { sourceIp, userAgent } = info.identity;
  const agent = userAgent === null ? "" : `,\n    "userAgent" : ${JSON.stringify(userAgent)}`;
  return (
    `{\n  "identity" : {\n    "sourceIp" : ${JSON.stringify(sourceIp)}${agent}\n  },\n` +
    `  "connectedAt" : "${new Date(info.connectedAt).toISOString()}",\n` +
    `  "lastActiveAt" : "${new Date(info.lastActiveAt).toISOString()}"\n}`
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function isUtf8(bytes: Buffer): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
