import type { WebSocket } from "ws";
import type {
  ConnectionCommand,
  ConnectionReply,
  ConnectionTarget,
} from "../connections/connection-router.ts";
import type { Lease } from "../connections/leases.ts";
import type { ClockTimer } from "../clock.ts";
import type { InvocationResult } from "../execution/invocation.ts";
import {
  MessageEventWriter,
  type AuthorizerContext,
  type WebSocketIdentity,
} from "../lambda-events/websocket-event.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { readProxyResult } from "./proxy-result.ts";
import type { WebSocketRoutes } from "./websocket-routes.ts";

/** A message whose function has not answered yet. */
interface InFlight {
  readonly requestId: string;
  readonly startedAt: number;
}

/** Messages of one connection that may be in work before its socket is no longer read. */
const highWaterMark = 256;
const lowWaterMark = 64;

export interface WebSocketConnectionOptions {
  readonly context: GatewayContext;
  readonly socket: WebSocket;
  readonly identity: WebSocketIdentity;
  readonly authorizer: AuthorizerContext | null;
  readonly routes: () => WebSocketRoutes;
  readonly onEnd: (connection: WebSocketConnection, code: number, reason: string) => void;
}

/** One open socket: frames in become invocations, commands become frames out. */
export class WebSocketConnection implements ConnectionTarget {
  readonly identity: WebSocketIdentity;
  readonly authorizer: AuthorizerContext | null;
  readonly #context: GatewayContext;
  readonly #socket: WebSocket;
  readonly #routes: () => WebSocketRoutes;
  readonly #onEnd: WebSocketConnectionOptions["onEnd"];
  readonly #inFlight = new Set<InFlight>();
  #writer: MessageEventWriter | null = null;
  #integrationTimer: ClockTimer | null = null;
  #lastActiveAt: number;
  #isPaused = false;
  #isClosing = false;
  #isEnded = false;
  #hasAnsweredPing = true;
  readonly #lease: Lease | null;
  readonly #done: ConnectionReply;
  #isSuspended = false;
  #received = 0;
  #closeAfter: {
    readonly messages: number;
    readonly code: number;
    readonly reason: string;
  } | null = null;
  /** What the gateway itself closed the connection with. */
  #closing: { readonly code: number; readonly reason: string } | null = null;

  constructor(options: WebSocketConnectionOptions) {
    const { socket, context, identity } = options;
    this.#context = context;
    this.#socket = socket;
    this.identity = identity;
    this.authorizer = options.authorizer;
    this.#routes = options.routes;
    this.#onEnd = options.onEnd;
    this.#lastActiveAt = identity.connectedAt;
    this.#lease = context.leases.acquire();
    this.#done = Object.freeze({ type: "done", lease: this.#lease });
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("pong", () => {
      this.#hasAnsweredPing = true;
    });
    socket.on("error", (error: Error & { code?: string }) => {
      this.#closing ??= { code: codeOfProtocolError(error.code), reason: error.message };
    });
    socket.on("close", (code: number, reason: Buffer) => {
      const closing = this.#closing ?? { code, reason: reasonOf(code, reason) };
      this.#end(closing.code, closing.reason);
    });
  }

  get isOpen(): boolean {
    return !this.#isClosing && this.#socket.readyState === this.#socket.OPEN;
  }

  get connectedAt(): number {
    return this.identity.connectedAt;
  }

  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  handle(command: ConnectionCommand): ConnectionReply | "gone" {
    if (!this.isOpen) return "gone";
    switch (command.type) {
      case "send":
        return this.#send(command.data);
      case "close":
        this.close(1000, "Connection Closed Normally");
        return done;
      default: {
        const { connectedAt, sourceIp, userAgent } = this.identity;
        const { lastActiveAt } = this;
        return {
          type: "info",
          info: { connectedAt, lastActiveAt, identity: { sourceIp, userAgent } },
        };
      }
    }
  }

  /** The peer has read what was buffered for it. */
  drained(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (this.#lease !== null && !this.#isClosing) this.#context.leases.resume(this.#lease);
  }

  /** Begins the closing handshake; commands find the connection gone from now on. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#lease !== null) this.#context.leases.suspend(this.#lease);
    this.#closing = { code, reason };
    this.#socket.close(code, reason);
  }

  /** Closes once so many messages of this connection were taken: a chunk may hold good ones and the bad. */
  closeAfter(messages: number, code: number, reason: string): void {
    if (this.#received >= messages) this.close(code, reason);
    else this.#closeAfter ??= { messages, code, reason };
  }

  /** Takes no message before. */
  holdUntil(attached: Promise<void>): void {
    this.#socket.pause();
    const { traffic } = this.#context;
    traffic.report(
      attached.then(
        () => this.#socket.resume(),
        (error: unknown) => {
          this.close(1011, "Internal server error");
          this.#socket.resume();
          throw error;
        },
      ),
      "connection router",
    );
  }

  /** Ends at once, without waiting for the peer. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Finds peers that vanished without a word. */
  ping(): void {
    if (!this.isOpen) return;
    if (!this.#hasAnsweredPing && !this.#isPaused) {
      this.#socket.terminate();
      return;
    }
    this.#hasAnsweredPing = false;
    this.#socket.ping();
  }

  #send(data: string | Uint8Array): ConnectionReply {
    const bytes = typeof data === "string" ? data.length : data.byteLength;
    const { limits, traffic, clock } = this.#context;
    if (bytes > limits.messageBytes || isLongerInUtf8(data, limits.messageBytes)) return tooLarge;
    if (this.#socket.bufferedAmount > limits.sendBufferBytes) return limitExceeded;
    this.#lastActiveAt = clock.now();
    this.#socket.send(data);
    // Half full: from now on posts wait for their answers, so that the limit can be told.
    if (this.#socket.bufferedAmount > limits.sendBufferBytes / 2) this.#suspend();
    if (traffic.isObserved) {
      traffic.emit({ type: "message-out", connectionId: this.identity.connectionId, bytes });
    }
    return this.#done;
  }

  #suspend(): void {
    if (this.#isSuspended || this.#lease === null) return;
    this.#isSuspended = true;
    this.#context.leases.suspend(this.#lease);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#isClosing) return;
    this.#received++;
    this.#take(data, isBinary);
    const { messages, code, reason } = this.#closeAfter ?? never;
    if (this.#received >= messages) this.close(code, reason);
  }

  #take(data: Buffer, isBinary: boolean): void {
    const { clock, ids, invoker, time } = this.#context;
    if (isBinary) {
      this.close(1003, "Binary media not supported");
      return;
    }
    const now = clock.now();
    this.#lastActiveAt = now;
    const body = data.toString("utf8");
    const requestId = ids.requestId();
    const route = this.#routes().select(body);
    if (route === null) {
      this.#sendError("Forbidden", requestId);
      this.#told(null, data.length, now, false);
      return;
    }
    this.#writer ??= new MessageEventWriter(this.identity, this.authorizer, time);
    const event = this.#writer.write(route.routeKey, ids.connectionId(), requestId, now, body);
    const message: InFlight = { requestId, startedAt: now };
    this.#inFlight.add(message);
    if (this.#inFlight.size >= highWaterMark && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket.pause();
    }
    this.#integrationTimer ??= clock.after(this.#context.limits.webSocketIntegrationMs, () =>
      this.#checkIntegrations(),
    );
    // Invocations never reject; a handle on each would cost a promise per frame.
    void invoker.invoke(route.functionId, event).then((result) => {
      const isInTime = this.#inFlight.delete(message);
      const isOk = this.#answer(result, requestId, route.hasRouteResponse, isInTime);
      this.#told(route.routeKey, data.length, now, isOk);
      if (this.#isPaused && this.#inFlight.size <= lowWaterMark) {
        this.#isPaused = false;
        this.#socket.resume();
      }
    });
  }

  #answer(
    result: InvocationResult,
    requestId: string,
    isTwoWay: boolean,
    isInTime: boolean,
  ): boolean {
    const answer = result.ok ? readProxyResult(result.payload) : null;
    if (!isInTime) return false;
    if (answer === null) {
      this.#sendError("Internal server error", requestId);
      return false;
    }
    if (isTwoWay && answer.body !== null && answer.body !== "" && this.isOpen) {
      this.#send(answer.body);
    }
    return true;
  }

  /** The function goes on; the gateway no longer waits for it. */
  #checkIntegrations(): void {
    this.#integrationTimer = null;
    const { clock, limits } = this.#context;
    for (const message of this.#inFlight) {
      const remainingMs = message.startedAt + limits.webSocketIntegrationMs - clock.now();
      if (remainingMs > 0) {
        this.#integrationTimer = clock.after(remainingMs, () => this.#checkIntegrations());
        return;
      }
      this.#inFlight.delete(message);
      this.#sendError("Endpoint request timed out", message.requestId);
    }
  }

  /** The spacing is AWS's: clients have been written against the bytes. */
  #sendError(message: string, requestId: string): void {
    if (!this.isOpen) return;
    const { connectionId } = this.identity;
    this.#socket.send(
      `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`,
    );
  }

  #told(routeKey: string | null, bytes: number, startedAt: number, ok: boolean): void {
    const { traffic, clock } = this.#context;
    if (!traffic.isObserved) return;
    const { connectionId } = this.identity;
    const durationMs = clock.now() - startedAt;
    traffic.emit({ type: "message-in", connectionId, routeKey, bytes, durationMs, ok });
  }

  #end(code: number, reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isClosing = true;
    if (this.#lease !== null) this.#context.leases.release(this.#lease);
    this.#integrationTimer?.cancel();
    this.#onEnd(this, code, reason);
  }
}

const never = Object.freeze({ messages: Infinity, code: 1000, reason: "" });
const done: ConnectionReply = Object.freeze({ type: "done" });
const tooLarge: ConnectionReply = Object.freeze({ type: "too-large" });
const limitExceeded: ConnectionReply = Object.freeze({ type: "limit-exceeded" });

/** Counts bytes only for texts long enough to matter: a UTF-16 unit is at most three bytes. */
function isLongerInUtf8(data: string | Uint8Array, limit: number): boolean {
  return typeof data === "string" && data.length * 3 > limit && Buffer.byteLength(data) > limit;
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
function codeOfProtocolError(code: string | undefined): number {
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return 1009;
  if (code === "WS_ERR_INVALID_UTF8") return 1007;
  return code?.startsWith("WS_ERR_") === true ? 1002 : 1006;
}

/** Reasons as AWS words them where the client gave none. */
function reasonOf(code: number, reason: Buffer): string {
  if (code === 1005) return "Client-side close frame status not set";
  if (code === 1006) return "Connection Closed Abnormally";
  return reason.toString("utf8");
}
