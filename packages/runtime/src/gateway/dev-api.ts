import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { TrafficEvent } from "../traffic/traffic-event.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { livereloadSource } from "./livereload.ts";
import { answerJson } from "../http/http-answer.ts";
import { onlyLocal } from "../http/trust.ts";

const prefix = "/_arclet/";
/** What pages of the app load; it shows nothing of other traffic. */
const pageEndpoints: ReadonlySet<string> = new Set([
  "env.js",
  "client.js",
  "livereload",
  "livereload.js",
]);
/** Bytes a slow listener may lag behind before it is disconnected. */
const maxLagBytes = 1024 * 1024;

/** Endpoints for the developer and for pages under development. */
export class DevApi {
  readonly #context: GatewayContext;
  readonly #streams = new Set<ServerResponse>();

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** Returns false if the path does not belong to this API. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    if (!path.startsWith(prefix)) return false;
    const { trust } = this.#context;
    const name = path.slice(prefix.length);
    // Pages load these from anywhere they are shown, including phones and tunnels.
    const isAllowed = pageEndpoints.has(name) ? trust.isOwnPage(request) : trust.isLocal(request);
    if (!isAllowed) {
      answerJson(response, 403, JSON.stringify({ message: onlyLocal }));
      return true;
    }
    switch (name) {
      case "health":
        answerJson(response, 200, '{"status":"ok"}');
        break;
      case "env.js":
        this.#sendEnvironment(request, response);
        break;
      case "client.js":
        sendScript(response, clientScript());
        break;
      case "events":
        this.#stream(response, () => true);
        break;
      case "livereload":
        this.#stream(response, ({ type }) => type === "page-changed");
        break;
      case "livereload.js":
        sendScript(response, livereloadSource);
        break;
      default:
        answerJson(response, 404, '{"message":"Not Found"}');
    }
    return true;
  }

  /** Static pages get the socket's URL with `<script src="/_arclet/env.js">`. */
  #sendEnvironment(request: IncomingMessage, response: ServerResponse): void {
    const url = JSON.stringify(this.#socketUrl(request));
    sendScript(response, `window.WS_URL = ${url};\n`);
  }

  #socketUrl(request: IncomingMessage): string {
    const { trust } = this.#context;
    if (trust.publicUrl !== null && trust.isThroughPublicUrl(request)) {
      return trust.publicUrl.origin.replace(/^http/, "ws");
    }
    const scheme = request.socket instanceof TLSSocket ? "wss" : "ws";
    return `${scheme}://${request.headers.host ?? "localhost"}`;
  }

  #stream(response: ServerResponse, isWanted: (event: TrafficEvent) => boolean): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": traffic\n\n");
    const stopListening = this.#context.traffic.listen((event) => {
      if (!isWanted(event)) return;
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

/** `@arclet/client` as one module, for pages without a build. */
function clientScript(): string {
  return readFileSync(createRequire(import.meta.url).resolve("@arclet/client/bundle"), "utf8");
}

function sendScript(response: ServerResponse, source: string): void {
  response.writeHead(200, {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(source);
}

function serialize(event: TrafficEvent): string {
  if (event.type !== "bug") return JSON.stringify(event);
  const { error } = event;
  return JSON.stringify({ ...event, error: error instanceof Error ? error.stack : String(error) });
}
