import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { maximumPayloadBytes } from "../lambda-limits.ts";
import { runtimeError, type ErrorReport } from "../handler/error-report.ts";
import type { Invocation } from "../../invocation.ts";
import { isFromBrowser, isLocalRequest, onlyLocal } from "../../http/trust.ts";
import { traceIdOf } from "../trace-id.ts";

/** What a runtime client reports. */
export interface RuntimeApiObserver {
  /** The first `next`: the handler is loaded. */
  onReady(): void;
  onInitError(error: ErrorReport): void;
  onResponse(invocation: Invocation, json: string): void;
  onError(invocation: Invocation, error: ErrorReport, isUnhandled: boolean): void;
}

export interface RuntimeApiOptions {
  readonly timeoutMs: number;
  readonly functionArn: string;
  readonly observer: RuntimeApiObserver;
}

const prefix = "/2018-06-01/runtime/";

/**
 * Lambda's Runtime API for one environment, on a loopback port of its own: runtime clients take
 * `AWS_LAMBDA_RUNTIME_API` as bare `host:port`, so no path could distinguish environments.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #options: RuntimeApiOptions;
  readonly #server: Server;
  #waiting: Invocation[] = [];
  readonly #started = new Map<string, Invocation>();
  #polls: ServerResponse[] = [];
  #phase: "init" | "ready" | "failed" = "init";

  constructor(options: RuntimeApiOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(toError(error)));
    });
  }

  /** Resolves `host:port`. */
  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no TCP address");
    return `127.0.0.1:${address.port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  add(invocation: Invocation): void {
    this.#waiting.push(invocation);
    this.#deliver();
  }

  recall(invocation: Invocation): boolean {
    const index = this.#waiting.indexOf(invocation);
    if (index !== -1) this.#waiting.splice(index, 1);
    return index !== -1;
  }

  hasStarted(invocation: Invocation): boolean {
    return this.#started.has(invocation.requestId);
  }

  /** Handed to the client and without a result yet, in order. */
  get started(): readonly Invocation[] {
    return [...this.#started.values()];
  }

  /** Whether anything is to be run, or runs. */
  get hasWork(): boolean {
    return this.#waiting.length > 0 || this.#started.size > 0;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split("?", 1)[0] ?? "";
    // Runtime clients are no browsers: a page of any origin would take an event from its function.
    if (!isLocalRequest(request) || isFromBrowser(request)) {
      request.resume();
      answer(response, 403, "Forbidden", onlyLocal);
      return;
    }
    const steps = path.startsWith(prefix) ? path.slice(prefix.length).split("/") : [];
    const route = `${request.method} ${steps[0]}/${steps.at(-1)}`;
    if (route === "GET invocation/next") this.#poll(response);
    else if (route === "POST init/error") await this.#initError(request, response);
    else if (route === "POST invocation/response") await this.#respond(steps[1], request, response);
    else if (route === "POST invocation/error") await this.#error(steps[1], request, response);
    else answer(response, 404, "NotFound", `No such operation: ${request.method} ${path}`);
  }

  #poll(response: ServerResponse): void {
    this.#polls.push(response);
    response.once("close", () => {
      this.#polls = this.#polls.filter((poll) => poll !== response);
    });
    if (this.#phase === "init") {
      this.#phase = "ready";
      this.#options.observer.onReady();
    }
    this.#deliver();
  }

  #deliver(): void {
    const { timeoutMs, functionArn } = this.#options;
    while (this.#waiting.length > 0 && this.#polls.length > 0) {
      const poll = this.#polls.shift();
      const invocation = this.#waiting.shift();
      if (poll === undefined || invocation === undefined) return;
      this.#started.set(invocation.requestId, invocation);
      const body = Buffer.from(invocation.event.toString());
      poll.writeHead(200, {
        "Content-Type": "application/json",
        "Content-Length": body.length,
        "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
        "Lambda-Runtime-Deadline-Ms": String(Date.now() + timeoutMs),
        "Lambda-Runtime-Invoked-Function-Arn": functionArn,
        "Lambda-Runtime-Trace-Id": traceIdOf(invocation.requestId),
      });
      poll.end(body);
    }
  }

  async #respond(
    requestId: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readBody(request);
    const invocation = this.#take(requestId, response);
    if (invocation === null) return;
    const { observer } = this.#options;
    const failed = streamError(request);
    if (failed !== null) {
      accept(response);
      observer.onError(invocation, failed, false);
    } else if (body === null) {
      const limit = `(${maximumPayloadBytes} bytes)`;
      const message = `Exceeded maximum allowed payload size ${limit}.`;
      answer(response, 413, "RequestEntityTooLarge", message);
      const text = `Response payload size exceeded maximum allowed payload size ${limit}.`;
      const error = runtimeError("Function.ResponseSizeTooLarge", text);
      observer.onError(invocation, error, false);
    } else {
      accept(response);
      if (body === "" || isJson(body)) observer.onResponse(invocation, body === "" ? "null" : body);
      else {
        const error = runtimeError("Runtime.InvalidResponse", "The response is not JSON");
        observer.onError(invocation, error, false);
      }
    }
  }

  async #error(
    requestId: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readBody(request);
    const invocation = this.#take(requestId, response);
    if (invocation === null) return;
    accept(response);
    const type = request.headers["lambda-runtime-function-error-type"];
    const error = readError(body ?? "", typeof type === "string" ? type : "Runtime.Unknown");
    this.#options.observer.onError(invocation, error, type === "Unhandled");
  }

  async #initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (this.#phase !== "init") {
      const message = "An init error arrived after the first invocation was requested";
      answer(response, 403, "InvalidStateTransition", message);
      return;
    }
    this.#phase = "failed";
    accept(response);
    const type = request.headers["lambda-runtime-function-error-type"];
    const fallback = typeof type === "string" ? type : "Runtime.Unknown";
    this.#options.observer.onInitError(readError(body ?? "", fallback));
  }

  #take(requestId: string | undefined, response: ServerResponse): Invocation | null {
    const invocation = this.#started.get(requestId ?? "");
    if (invocation === undefined) {
      answer(response, 400, "InvalidRequestID", "Invalid request ID");
      return null;
    }
    this.#started.delete(invocation.requestId);
    return invocation;
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { "Content-Type": "application/json" }).end('{"status":"OK"}\n');
}

function answer(response: ServerResponse, status: number, errorType: string, text: string): void {
  response
    .writeHead(status, { "Content-Type": "application/json" })
    .end(JSON.stringify({ errorMessage: text, errorType }));
}

/** The body as text; null when it is larger than Lambda allows. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the client gets to read its 413.
    if (size <= maximumPayloadBytes) chunks.push(chunk);
  }
  return size > maximumPayloadBytes ? null : Buffer.concat(chunks).toString("utf8");
}

/** Streamed responses are errors: their own, sent in trailers, or that API Gateway takes none. */
function streamError(request: IncomingMessage): ErrorReport | null {
  const { headers, trailers } = request;
  if (headers["lambda-runtime-function-response-mode"] !== "streaming") return null;
  const type = trailers["lambda-runtime-function-error-type"];
  if (type === undefined) {
    return runtimeError(
      "Runtime.StreamingNotSupported",
      "The handler streams its response, which API Gateway does not pass on: return the whole response instead",
    );
  }
  const body = trailers["lambda-runtime-function-error-body"] ?? "";
  return readError(Buffer.from(body, "base64").toString("utf8"), type);
}

/** The guide names the stack `stackTrace`, AWS's Node.js client sends `trace`. */
function readError(body: string, fallbackType: string): ErrorReport {
  const given: unknown = isJson(body) ? JSON.parse(body) : null;
  const fields = new Map(typeof given === "object" && given !== null ? Object.entries(given) : []);
  const { errorType, errorMessage } = Object.fromEntries(fields);
  const stack: unknown = fields.get("stackTrace") ?? fields.get("trace");
  return {
    errorType: typeof errorType === "string" && errorType !== "" ? errorType : fallbackType,
    errorMessage: typeof errorMessage === "string" ? errorMessage : body,
    trace: Array.isArray(stack) ? stack.map(String) : [],
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
