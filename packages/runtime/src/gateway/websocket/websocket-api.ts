import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { localPlace, type Place, type WebSocketApi as WebSocketApiModel } from "@arclet/manifest";
import { WebSocketServer, type WebSocket } from "ws";
import type { AuthorizerContext, MessageSender } from "../../message-event.ts";
import { disconnectEvent, type WebSocketIdentity } from "../../lambda-events/ws.ts";
import { sourceIpOf } from "../../lambda-events/request-headers.ts";
import { closingOfPeer, type Closing } from "./closing.ts";
import { ConnectionWatch } from "./connection-watch.ts";
import type { GatewayContext } from "../gateway-context.ts";
import { judgeHandshake } from "./handshake.ts";
import { KnownClients } from "./known-clients.ts";
import { MessageDispatcher } from "./message-dispatcher.ts";
import { SocketAuth } from "./socket-auth.ts";
import { TokenBucket } from "./token-bucket.ts";
import {
  badRequest,
  forbidden,
  judgeUpgrade,
  type UpgradeRefusal,
  refuseUpgrade,
  targetOf,
} from "./upgrade.ts";
import { WebSocketConnection, type ConnectionOwner } from "./websocket-connection.ts";
import { WebSocketRoutes } from "./websocket-routes.ts";

/** Time peers have to answer the closing handshake when the server stops. */
const closeGraceMs = 1000;

/** A WebSocket API of API Gateway: parks handshakes, opens connections, watches over them. */
export class WebSocketApi {
  readonly #context: GatewayContext;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<WebSocketConnection>();
  /** Handshakes that are parked, and `$disconnect`s that run. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #rate: TokenBucket;
  readonly #clients: KnownClients;
  readonly #dispatcher: MessageDispatcher;
  readonly #watch: ConnectionWatch;
  readonly #auth: SocketAuth;
  readonly #owner: ConnectionOwner;
  #routes: WebSocketRoutes | null = null;
  #isClosing = false;
  #onEmpty: (() => void) | null = null;

  constructor(context: GatewayContext) {
    this.#context = context;
    const { limits, clock, apiId, stage } = context;
    this.#auth = new SocketAuth(context.realtime);
    this.#rate = new TokenBucket(limits.connectionsPerSecond, clock);
    this.#clients = new KnownClients({ apiId, stage });
    this.#dispatcher = new MessageDispatcher(context, this.#currentRoutes, this.#auth);
    this.#watch = new ConnectionWatch(clock, limits, this.#connections);
    this.#owner = { context, dispatcher: this.#dispatcher, onEnd: this.#onEnd };
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // The library's 0 means no limit.
      maxPayload: limits.messageBytes === Infinity ? 0 : limits.messageBytes,
      // The library's bounds on pieces of a message fit messages that are bounded themselves.
      ...(limits.messageBytes === Infinity ? { maxFragments: 0, maxBufferedChunks: 0 } : {}),
      handleProtocols: (_offered, request) => this.#protocols.get(request) ?? false,
    });
  }

  /** New routes hold for open connections too. `env`: the app's environment. */
  setApi(api: WebSocketApiModel | null, place: Place, env: NodeJS.ProcessEnv): void {
    this.#auth.setApi(api, env);
    this.#routes = api === null ? null : new WebSocketRoutes(api, place);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that goes away while its handshake is parked must not take the process down.
    socket.on("error", destroy);
    const startedAt = this.#context.clock.now();
    const url = targetOf(request);
    const refusal = this.#check(request, url);
    if (url === null || refusal !== null) {
      this.#refuse(socket, refusal ?? badRequest, startedAt);
      return;
    }
    // One that ends its side meanwhile wants no socket any more.
    socket.on("end", destroy);
    this.#track(this.#open(request, url, socket, head, startedAt), "websocket handshake");
  }

  /** What has begun is awaited before the API counts as closed. */
  #track(promise: Promise<unknown>, where: string): void {
    this.#pending.add(promise);
    this.#context.traffic.report(
      promise.finally(() => this.#pending.delete(promise)),
      where,
    );
  }

  #check(request: IncomingMessage, url: URL | null): UpgradeRefusal | null {
    const refusal = judgeUpgrade(this.#context, request, url, (origin) =>
      this.#auth.isListedOrigin(origin),
    );
    if (refusal !== null) return refusal;
    if (this.#routes === null)
      return { ...forbidden, reason: "the manifest has no @ws: there are no sockets" };
    if (this.#isClosing) return forbidden;
    if (!this.#rate.take()) {
      const reason = `more than ${this.#context.limits.connectionsPerSecond} new connections a second`;
      return { status: 429, message: "Too Many Requests", reason };
    }
    return null;
  }

  async #open(
    request: IncomingMessage,
    url: URL,
    socket: Duplex,
    head: Buffer,
    startedAt: number,
  ): Promise<void> {
    const { ids, clock, realtime } = this.#context;
    const known = this.#clients.get({
      domainName: request.headers.host ?? "localhost",
      sourceIp: sourceIpOf(request),
      userAgent: request.headers["user-agent"] ?? null,
    });
    const { apiId, domainName, stage, sourceIp, userAgent } = known.client;
    // Name by name: a spread would give the object of each connection a hidden class of its own.
    const identity: WebSocketIdentity = {
      apiId,
      domainName,
      stage,
      sourceIp,
      userAgent,
      connectionId: ids.connectionId(),
      connectedAt: startedAt,
    };
    const verdict = await judgeHandshake(
      this.#context,
      this.#currentRoutes(),
      this.#auth,
      request,
      url,
      identity,
    );
    const durationMs = clock.now() - startedAt;
    if (!verdict.isOpen) {
      realtime.rooms.end(identity.connectionId);
      this.#refuse(socket, verdict, startedAt);
      return;
    }
    if (socket.destroyed || this.#isClosing) {
      realtime.rooms.end(identity.connectionId);
      // The function has seen a connect, so it also sees the disconnect.
      const closing = closingOfPeer(1006, Buffer.alloc(0));
      this.#tellDisconnected(identity, closing, verdict.authorizer);
      refuseUpgrade(socket, 503, "Service Unavailable");
      return;
    }
    if (verdict.protocol !== null) this.#protocols.set(request, verdict.protocol);
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#accept(webSocket, socket, identity, known, verdict.authorizer, durationMs),
    );
  }

  /** Not a part of `#open`: what lives on must not hold on to the request. */
  #accept(
    socket: WebSocket,
    stream: Duplex,
    identity: WebSocketIdentity,
    known: MessageSender,
    authorizer: AuthorizerContext | null,
    durationMs: number,
  ): void {
    const { connections, realtime, traffic } = this.#context;
    // The library has a listener of its own from here on.
    stream.off("error", destroy);
    stream.off("end", destroy);
    const connection = new WebSocketConnection({
      owner: this.#owner,
      socket,
      stream,
      identity,
      sender: authorizer === null ? known : { client: known.client, authorizer },
    });
    this.#connections.add(connection);
    realtime.rooms.open(identity.connectionId, connection);
    const attached = connections.attach(identity.connectionId, connection);
    // Functions must find the connection from its first message on.
    if (attached !== undefined) connection.holdUntil(attached);
    this.#watch.start();
    if (traffic.isObserved) {
      const { connectionId, sourceIp } = identity;
      traffic.emit({ type: "connected", connectionId, durationMs, sourceIp });
    }
  }

  readonly #currentRoutes = (): WebSocketRoutes => this.#routes ?? noRoutes;

  #refuse(socket: Duplex, refusal: UpgradeRefusal, startedAt: number): void {
    const { status, message, reason = message } = refusal;
    const { traffic, clock } = this.#context;
    refuseUpgrade(socket, status, message);
    if (traffic.isObserved) {
      const durationMs = clock.now() - startedAt;
      traffic.emit({ type: "connect-refused", status, reason, durationMs });
    }
  }

  readonly #onEnd = (connection: WebSocketConnection, closing: Closing): void => {
    this.#connections.delete(connection);
    this.#context.realtime.rooms.end(connection.identity.connectionId);
    const detached = this.#context.connections.detach(connection.identity.connectionId);
    if (detached !== undefined) this.#track(detached, "connection router");
    this.#tellDisconnected(connection.identity, closing, connection.authorizer, connection);
    if (this.#connections.size === 0) this.#onEmpty?.();
  };

  #tellDisconnected(
    identity: WebSocketIdentity,
    closing: Closing,
    authorizer: AuthorizerContext | null,
    source?: WebSocketConnection,
  ): void {
    const { ids, clock, invoker, traffic } = this.#context;
    const now = clock.now();
    const route = this.#currentRoutes().disconnect;
    const report = (): void => {
      if (!traffic.isObserved) return;
      const { connectionId } = identity;
      const durationMs = clock.now() - now;
      traffic.emit({ type: "disconnected", connectionId, ...closing, durationMs });
    };
    if (route === null) {
      report();
      return;
    }
    const event = disconnectEvent(identity, closing, ids.requestId(), now, authorizer);
    // Nobody is left to hear of a failure; the invocation itself is reported as traffic.
    this.#track(invoker.invoke(route.functionId, event, source).then(report), "disconnect");
  }

  /** Closes every connection and waits until `$disconnect` has run for each. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#watch.close();
    for (const connection of this.#connections) connection.close(1001, "Going away");
    const grace = this.#context.clock.after(closeGraceMs, () => {
      for (const connection of this.#connections) connection.terminate();
    });
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    grace.cancel();
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    this.#dispatcher.close();
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}

const noRoutes = new WebSocketRoutes(
  { routeSelectionExpression: "", routes: [], authorizer: null, auth: [], origins: null },
  localPlace({ aws: { region: null } }),
);
