import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type {
  ConnectionCommand,
  ConnectionReply,
  ConnectionTarget,
} from "../connections/connection-router.ts";
import type { Lease } from "../connections/leases.ts";
import type { InvocationResult } from "../execution/invocation.ts";
import type {
  AuthorizerContext,
  MessageEventWriter,
  WebSocketIdentity,
} from "../lambda-events/websocket-event.ts";
import { FrameMeter } from "./frame-meter.ts";
import type { GatewayContext } from "./gateway-context.ts";
import type { MessageOwner, MessagesInWork } from "./messages-in-work.ts";
import { readProxyResult } from "./proxy-result.ts";
import { sendInFrames } from "./send-in-frames.ts";
import { listenForDrain, listenToSocket, type SocketListener } from "./socket-listener.ts";
import type { WebSocketRoutes } from "./websocket-routes.ts";

/** Messages of one connection that may be in work before its socket is no longer read. */
const highWaterMark = 256;
const lowWaterMark = 64;

export interface WebSocketConnectionOptions {
  readonly context: GatewayContext;
  readonly socket: WebSocket;
  /** What the socket speaks through. */
  readonly stream: Duplex;
  readonly identity: WebSocketIdentity;
  readonly authorizer: AuthorizerContext | null;
  readonly routes: () => WebSocketRoutes;
  readonly writer: MessageEventWriter;
  readonly inWork: MessagesInWork;
  readonly onEnd: (connection: WebSocketConnection, code: number, reason: string) => void;
}

/** One open socket: frames in become invocations, commands become frames out. */
export class WebSocketConnection implements ConnectionTarget, MessageOwner, SocketListener {
  readonly identity: WebSocketIdentity;
  readonly authorizer: AuthorizerContext | null;
  readonly #context: GatewayContext;
  readonly #socket: WebSocket;
  readonly #routes: () => WebSocketRoutes;
  readonly #onEnd: WebSocketConnectionOptions["onEnd"];
  readonly #stream: Duplex;
  readonly #writer: MessageEventWriter;
  readonly #inWork: MessagesInWork;
  /** Messages of this connection that are in work. */
  #load = 0;
  readonly #meter: FrameMeter | null;
  #lastActiveAt: number;
  #isPaused = false;
  #isClosing = false;
  #isEnded = false;
  #hasAnsweredPing = true;
  readonly #lease: Lease | null;
  /** Null until the first post. */
  #done: ConnectionReply | null = null;
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
    const { socket, stream, context, identity } = options;
    this.#context = context;
    this.#socket = socket;
    this.#stream = stream;
    this.#writer = options.writer;
    this.#inWork = options.inWork;
    this.identity = identity;
    this.authorizer = options.authorizer;
    this.#routes = options.routes;
    this.#onEnd = options.onEnd;
    this.#lastActiveAt = identity.connectedAt;
    this.#lease = context.leases.acquire();
    const { frameBytes } = context.limits;
    this.#meter = frameBytes === Infinity ? null : new FrameMeter(frameBytes);
    listenToSocket(socket, stream, this, this.#meter !== null);
  }

  onData(chunk: Buffer): void {
    const messages = this.#meter?.pass(chunk) ?? null;
    if (messages !== null) this.#closeAfterMessages(messages, 1009, "Frame too large");
  }

  onPong(): void {
    this.#hasAnsweredPing = true;
  }

  onError(error: Error & { readonly code?: string }): void {
    this.#closing ??= { code: codeOfProtocolError(error.code), reason: error.message };
  }

  onClose(code: number, reason: Buffer): void {
    const closing = this.#closing ?? { code, reason: reasonOf(code, reason) };
    this.#end(closing.code, closing.reason);
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

  onDrain(): void {
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
  #closeAfterMessages(messages: number, code: number, reason: string): void {
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
    // A UTF-16 unit is at most three bytes.
    if (bytes * 3 > limits.frameBytes) sendInFrames(this.#socket, data, limits.frameBytes);
    else this.#socket.send(data);
    // Half full: from now on posts wait for their answers, so that the limit can be told.
    if (this.#socket.bufferedAmount > limits.sendBufferBytes / 2) this.#suspend();
    if (traffic.isObserved) {
      traffic.emit({ type: "message-out", connectionId: this.identity.connectionId, bytes });
    }
    return (this.#done ??= Object.freeze({ type: "done", lease: this.#lease }));
  }

  #suspend(): void {
    if (this.#isSuspended || this.#lease === null) return;
    this.#isSuspended = true;
    this.#context.leases.suspend(this.#lease);
    listenForDrain(this.#stream);
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#isClosing) return;
    this.#received++;
    this.#take(data, isBinary);
    const { messages, code, reason } = this.#closeAfter ?? never;
    if (this.#received >= messages) this.close(code, reason);
  }

  #take(data: Buffer, isBinary: boolean): void {
    const { clock, ids, invoker } = this.#context;
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
    const event = this.#writer.write(
      this.identity,
      route.routeKey,
      ids.connectionId(),
      requestId,
      now,
      body,
    );
    const message = this.#inWork.add(this, requestId, now);
    this.#load += 1;
    if (this.#load >= highWaterMark && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket.pause();
    }
    // Invocations never reject; a handle on each would cost a promise per frame.
    void invoker.invoke(route.functionId, event).then((result) => {
      const isInTime = this.#inWork.remove(message);
      if (isInTime) this.#load -= 1;
      const isOk = this.#answer(result, requestId, route.hasRouteResponse, isInTime);
      this.#told(route.routeKey, data.length, now, isOk);
      this.#readOn();
    });
  }

  #readOn(): void {
    if (!this.#isPaused || this.#load > lowWaterMark) return;
    this.#isPaused = false;
    this.#socket.resume();
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
    if (!isTwoWay || answer.body === null || answer.body === "" || !this.isOpen) return true;
    const sent = this.#send(answer.body);
    if (sent.type === "too-large") this.#sendError("Internal server error", requestId);
    return sent.type === "done";
  }

  /** The function goes on; the gateway no longer waits for it. */
  messageTimedOut(requestId: string): void {
    this.#load -= 1;
    this.#sendError("Endpoint request timed out", requestId);
    this.#readOn();
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
