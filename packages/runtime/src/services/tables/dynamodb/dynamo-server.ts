import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readBody } from "../../../http/read-body.ts";
import { isLocalRequest, onlyLocal } from "../../../http/trust.ts";
import { DynamoError } from "./dynamo-error.ts";

/** DynamoDB takes requests of 16 MB; what is in them is longer as JSON. */
const bodyLimitBytes = 64 * 1024 * 1024;
const contentType = "application/x-amz-json-1.0";

export interface DynamoServerOptions {
  /** @throws DynamoError */
  readonly answer: (target: string, body: string) => object;
  /** Takes what must not happen. */
  readonly onBug: (error: unknown) => void;
}

/** DynamoDB's protocol over HTTP. Once it is closed it ends each connection after what is under way. */
export function createDynamoServer(options: DynamoServerOptions): Server {
  const server = createServer((request, response) => {
    response.once("close", () => {
      if (!server.listening) server.closeIdleConnections();
    });
    serve(request, response, options).catch(options.onBug);
  });
  // SDKs keep their connections; one that the server ends just then is an error to them.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, onBug }: DynamoServerOptions,
): Promise<void> {
  // Any page in a browser can reach this port.
  if (!isLocalRequest(request)) {
    request.resume();
    response.writeHead(403, { "content-type": "text/plain" });
    response.end(onlyLocal);
    return;
  }
  if (request.method !== "POST") {
    request.resume();
    response.writeHead(200, { "content-type": "text/plain" });
    response.end("healthy: dynamodb\n");
    return;
  }
  const body = await readBody(request, bodyLimitBytes);
  if (body === "aborted") return;
  if (body === "too-large") {
    response.writeHead(413, { "content-type": "text/plain" });
    response.end("The request is too large");
    return;
  }
  const target = request.headers["x-amz-target"];
  const { status, text } = answered(
    () => answer(typeof target === "string" ? target : "", body.toString()),
    onBug,
  );
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(text);
}

function answered(
  run: () => object,
  onBug: (error: unknown) => void,
): { readonly status: number; readonly text: string } {
  try {
    return { status: 200, text: JSON.stringify(run()) };
  } catch (error) {
    if (error instanceof DynamoError) return { status: error.status, text: error.body };
    onBug(error);
    return {
      status: 500,
      text: JSON.stringify({
        __type: "com.amazonaws.dynamodb.v20120810#InternalServerError",
        message: "The embedded DynamoDB failed; the terminal shows why",
      }),
    };
  }
}
