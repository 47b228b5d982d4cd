import type { IncomingMessage, ServerResponse } from "node:http";
import type { TrafficEvent } from "../traffic/traffic-event.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { answerJson } from "../http/http-answer.ts";

const prefix = "/_arclet/";
/** Bytes a slow listener may lag behind before it is let go. */
const maxLagBytes = 1024 * 1024;

/** Endpoints for the developer and for pages under development. */
export class DevApi {
  readonly #context: GatewayContext;
  readonly #streams = new Set<ServerResponse>();

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** False: the path is not of this API. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith(prefix)) return false;
    const { trust } = this.#context;
    if (!trust.isTrustedHost(request) || !trust.isTrustedOrigin(request)) {
      answerJson(response, 403, '{"message":"Forbidden"}');
      return true;
    }
    switch (path.slice(prefix.length)) {
      case "health":
        answerJson(response, 200, '{"status":"ok"}');
        break;
      case "env.js":
        this.#sendEnvironment(request, response);
        break;
      case "events":
        this.#stream(response);
        break;
      default:
        answerJson(response, 404, '{"message":"Not Found"}');
    }
    return true;
  }

  /** Static pages learn the socket's address with `<script src="/_arclet/env.js">`. */
  #sendEnvironment(request: IncomingMessage, response: ServerResponse): void {
    const url = JSON.stringify(`ws://${request.headers.host ?? "localhost"}`);
    response.writeHead(200, {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "no-store",
    });
    response.end(`window.WS_URL = ${url};\n`);
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": traffic\n\n");
    const stopListening = this.#context.traffic.listen((event) => {
      if (response.writableLength > maxLagBytes) response.destroy();
      else response.write(`event: ${event.type}\ndata: ${serialize(event)}\n\n`);
    });
    this.#streams.add(response);
    response.once("close", () => {
      stopListening();
      this.#streams.delete(response);
    });
  }

  close(): void {
    for (const stream of this.#streams) stream.end();
  }
}

function serialize(event: TrafficEvent): string {
  if (event.type !== "bug") return JSON.stringify(event);
  const { error } = event;
  return JSON.stringify({ ...event, error: error instanceof Error ? error.stack : String(error) });
}
