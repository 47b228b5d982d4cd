import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { RuntimeError } from "../errors.ts";
import { textAnswer, type HttpAnswer } from "../http/http-answer.ts";
import { readBody } from "../http/read-body.ts";
import { onlyLocal, type Trust } from "../http/trust.ts";
import type { Traffic } from "../traffic/traffic.ts";
import { JournalError } from "./journal.ts";
import type { ServiceRequest } from "./service.ts";

export interface ServicesServerOptions {
  /** Decides which requests are local; others are refused. */
  readonly trust: Trust;
  readonly traffic: Traffic;
  readonly answer: (request: ServiceRequest) => Promise<HttpAnswer>;
}

/** SQS and SNS take at most 256 KB; a batch of ten in percent-encoding fits in here. */
const bodyLimitBytes = 8 * 1024 * 1024;

/** The port, on 127.0.0.1, at which functions reach events and queues. */
export class ServicesServer {
  readonly #options: ServicesServerOptions;
  #server: Server | null = null;
  #port: number | null = null;

  constructor(options: ServicesServerOptions) {
    this.#options = options;
  }

  /** Null until it listens. */
  get port(): number | null {
    return this.#port;
  }

  /** `http://127.0.0.1:3334` */
  origin(): string {
    return `http://127.0.0.1:${this.#port ?? 0}`;
  }

  /** Listens, unless it does already; 0 takes any free port. @throws RuntimeError `ERR_PORT_IN_USE` */
  async listen(port: number): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((request, response) => this.serve(request, response));
    server.listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (cause) {
      const message = `Port ${port}, for events and queues, is in use`;
      throw new RuntimeError("ERR_PORT_IN_USE", message, { cause });
    }
    const address = server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : port;
    this.#server = server;
  }

  /** Answers a request, also one that came to another port. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.#options.traffic.report(this.#serve(request, response), "services");
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    this.#port = null;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { trust, traffic, answer } = this.#options;
    if (!trust.isLocal(request)) {
      request.resume();
      response.writeHead(403, { "content-type": "text/plain" });
      response.end(onlyLocal);
      return;
    }
    const body = await readBody(request, bodyLimitBytes);
    if (body === "aborted") return;
    const target = request.headers["x-amz-target"];
    const { status, contentType, headers, ...answered } =
      body === "too-large"
        ? textAnswer(413, "The request is too large")
        : await answer({
            path: pathOf(request),
            target: typeof target === "string" ? target : null,
            body: body.toString(),
          }).catch((error: unknown) => {
            // The client has gone.
            const text = error instanceof Error ? error.message : String(error);
            if (!(error instanceof JournalError))
              traffic.emit({ type: "bug", where: "services", error });
            return textAnswer(500, text);
          });
    response.writeHead(status, { "content-type": contentType, ...headers });
    response.end(answered.body);
  }
}

export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
