import type { IncomingMessage, ServerResponse } from "node:http";
import { localPlace, type CorsSettings, type Manifest } from "@arclet/manifest";
import { ClfTime } from "../clf-time.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionRouter } from "../connections/connection-router.ts";
import type { Realtime } from "../connections/realtime.ts";
import type { GatewayInvoker } from "../execution/invoker.ts";
import { createApiId, IdSource } from "../lambda-events/ids.ts";
import type { Limits } from "../limits.ts";
import type { Traffic } from "../traffic/traffic.ts";
import { Deadlines } from "./deadlines.ts";
import { DevApi } from "./dev-api.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { HttpApi } from "./http/http-api.ts";
import { answerJson } from "../http/http-answer.ts";
import { listen, type TlsFiles } from "./listener.ts";
import { ManagementApi } from "./management-api.ts";
import { answerCors } from "./http/cors.ts";
import { forward } from "./http/proxy.ts";
import type { HttpMatch } from "./http/http-routes.ts";
import { StaticFiles } from "./http/static-files.ts";
import type { Trust } from "../http/trust.ts";
import { WaitingWork } from "./waiting-work.ts";
import { WebSocketApi } from "./websocket/websocket-api.ts";

export interface GatewayApp {
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  /** @default false */
  readonly livereload?: boolean;
  /** Environment of the app: the gateway reads its secrets and `ALLOWED_ORIGINS`. @default empty */
  readonly env?: Readonly<Record<string, string>>;
}

export interface GatewayOptions {
  /** `localhost` listens on 127.0.0.1 and, if available, ::1. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly invoker: GatewayInvoker;
  readonly connections: ConnectionRouter;
  /** Rooms and logins. */
  readonly realtime: Realtime;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly stage: string;
  readonly app: GatewayApp;
  /** Certificate and key as PEM texts; without them there is no TLS. */
  readonly tls?: TlsFiles | null;
  /** Decides which requests are local, and which pages may open sockets. */
  readonly trust: Trust;
  /** Handles requests to local services; returns false for other requests. */
  readonly answerService: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface Gateway {
  readonly port: number;
  readonly apiId: string;
  /** Bytes of events that are waiting or running. */
  readonly waitingBytes: number;
  readonly connectionCount: number;
  /** Replaces the routes. Open sockets stay open and use the new ones. */
  setApp(app: GatewayApp): void;
  /** Stops listening, closes sockets (1001), awaits `$disconnect` of each. */
  close(): Promise<void>;
}

/**
 * HTTP, WebSocket, management and developer endpoints on one port.
 * Rejects with `RuntimeError` if the port or host is not available.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { invoker, connections, realtime, traffic, clock, limits, stage, host } = options;
  const context: GatewayContext = {
    invoker,
    connections,
    realtime,
    traffic,
    clock,
    limits,
    stage,
    trust: options.trust,
    work: new WaitingWork(limits.workBytes),
    deadlines: new Deadlines(clock),
    ids: new IdSource(),
    time: new ClfTime(),
    apiId: createApiId(),
    reasons: new WeakMap(),
  };
  const webSockets = new WebSocketApi(context);
  const management = new ManagementApi(context);
  const developer = new DevApi(context);
  const http = new HttpApi(context);
  let staticFiles: StaticFiles | null = null;
  let servedKey = "";
  let proxyTarget: string | null = null;
  let cors: CorsSettings | null = null;

  function setApp({ manifest, root, livereload = false, env = {} }: GatewayApp): void {
    http.setManifest(manifest, livereload);
    realtime.setManifest(manifest);
    webSockets.setApi(manifest.ws, localPlace(manifest), env);
    const staticKey = JSON.stringify([root, livereload, manifest.static]);
    // Keep cached files if only functions changed.
    if (staticKey !== servedKey)
      staticFiles =
        manifest.static === null ? null : new StaticFiles(root, manifest.static, livereload);
    servedKey = staticKey;
    proxyTarget = manifest.proxy?.testing ?? null;
    cors = manifest.cors;
  }

  async function fallBack(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const isStaticPath = path.startsWith("/_static/");
    const file = isStaticPath ? path.slice("/_static".length) : path;
    const isLast = proxyTarget === null || isStaticPath;
    if (
      isRead(request.method) &&
      (await staticFiles?.handle(request, response, file, isLast)) === true
    )
      return;
    if (proxyTarget !== null && !isStaticPath)
      forward(request, response, proxyTarget, cors !== null);
    else http.refuse(response);
  }

  function handleRequest(request: IncomingMessage, response: ServerResponse): void {
    const method = request.method ?? "GET";
    const sent = request.url ?? "/";
    if (!isPathOfUrl(sent)) {
      answerJson(response, 400, '{"message":"Bad Request"}');
      return;
    }
    // Use the path as sent: the parsed one has `..` resolved.
    const end = sent.indexOf("?");
    const path = end === -1 ? sent : sent.slice(0, end);
    const found = http.find(method, path);
    // Static files have a route of their own, which comes before greedy ones that only cover it.
    const match =
      staticFiles !== null && path.startsWith("/_static/") && isRead(method) && isGreedy(found)
        ? null
        : found;
    observe(request, response, path, match?.routeKey ?? null);
    if (management.handle(request, response, path) || developer.handle(request, response, path)) {
      return;
    }
    if (options.answerService(request, response)) return;
    if (cors !== null && answerCors(cors, request, response)) return;
    const answer =
      match === null
        ? fallBack(request, response, path)
        : http.handle(request, response, sent, match);
    traffic.report(answer, `${method} ${path}`);
  }

  function observe(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    routeKey: string | null,
  ): void {
    if (!traffic.isObserved) return;
    const startedAt = clock.now();
    response.once("close", () => {
      const durationMs = clock.now() - startedAt;
      const method = request.method ?? "GET";
      traffic.emit({
        type: "http",
        method,
        path,
        routeKey,
        status: response.statusCode,
        durationMs,
        reason: context.reasons.get(response) ?? null,
      });
    });
  }

  setApp(options.app);
  const listener = await listen({
    host,
    port: options.port,
    headerBytes: limits.headerBytes,
    tls: options.tls ?? null,
    onRequest: handleRequest,
    onUpgrade: (request, socket, head) => webSockets.handleUpgrade(request, socket, head),
  });
  return {
    port: listener.port,
    apiId: context.apiId,
    get waitingBytes() {
      return context.work.bytes;
    },
    get connectionCount() {
      return webSockets.connectionCount;
    },
    setApp,
    async close() {
      const closed = listener.stop();
      developer.close();
      await webSockets.close();
      listener.drain();
      await closed;
    },
  };
}

/** Matches most paths, for which no URL parser is needed. */
const plainPath = /^\/(?!\/)[\w.~!$&'()*+,;=:@%/?-]*$/;

function isRead(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether the route ends in a greedy variable that is not below `/_static`. */
function isGreedy(match: HttpMatch | null): boolean {
  return match !== null && /^\S+ (?!\/_static\/).*\+\}$/.test(match.routeKey);
}

function isPathOfUrl(sent: string): boolean {
  return plainPath.test(sent) || (sent.startsWith("/") && URL.canParse(sent, "http://localhost"));
}
