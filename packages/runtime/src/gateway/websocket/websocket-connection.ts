import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { RoomTarget, SharedMessage } from "../../connections/room-registry.ts";
import type {
  ConnectionCommand,
  ConnectionReply,
  ConnectionTarget,
} from "../../connections/connection-router.ts";
import { Lease, type LeasedConnection } from "../../connections/leases.ts";
import type { AuthorizerContext, MessageSender } from "../../message-event.ts";
import type { WebSocketIdentity } from "../../lambda-events/ws.ts";
import { closingOfError, closingOfPeer, type Closing } from "./closing.ts";
import { FrameMeter } from "./frame-meter.ts";
import type { GatewayContext } from "../gateway-context.ts";
import type { MessageDispatcher, MessageSource } from "./message-dispatcher.ts";
import type { MessageInWork } from "./messages-in-work.ts";
import { MessageIntake } from "./message-intake.ts";
import { frameInPlace, messageFrames } from "./message-frames.ts";
import { listenForDrain, listenToSocket, type SocketListener } from "./socket-listener.ts";

/** What all connections of a WebSocket API share. */
export interface ConnectionOwner {
  readonly context: GatewayContext;
  readonly dispatcher: MessageDispatcher;
  readonly onEnd: (connection: WebSocketConnection, closing: Closing) => void;
}

export interface WebSocketConnectionOptions {
  readonly owner: ConnectionOwner;
  readonly socket: WebSocket;
  /** What the socket speaks through. */
  readonly stream: Duplex;
  readonly identity: WebSocketIdentity;
  readonly sender: MessageSender;
}

/** One open socket: frames in become invocations, commands become frames out. */
export class WebSocketConnection
  implements ConnectionTarget, LeasedConnection, RoomTarget, MessageSource, SocketListener
{
  readonly identity: WebSocketIdentity;
  readonly sender: MessageSender;
  readonly #owner: ConnectionOwner;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #intake: MessageIntake;
  readonly #meter: FrameMeter | null;
  #lastActiveAt: number;
  #isClosing = false;
  #isEnded = false;
  #hasAnsweredPing = true;
  readonly #lease: Lease;
  /** Null until the first post. */
  #done: ConnectionReply | null = null;
  #isSuspended = false;
  #received = 0;
  #closeAfter: (Closing & { readonly messages: number }) | null = null;
  /** What the gateway itself closed the connection with. */
  #closing: Closing | null = null;

  constructor(options: WebSocketConnectionOptions) {
    const { owner, socket, stream, identity } = options;
    const { limits } = owner.context;
    this.#owner = owner;
    this.#socket = socket;
    this.#stream = stream;
    this.identity = identity;
    this.sender = options.sender;
    this.#lastActiveAt = identity.connectedAt;
    const { clock, work } = owner.context;
    const limitBytes = limits.connectionWorkBytes;
    this.#intake = new MessageIntake({ socket, clock, work, limitBytes, take: this.#take });
    this.#lease = new Lease(identity.connectionId, owner.context.ids.nextNumber(), this);
    this.#meter = limits.frameBytes === Infinity ? null : new FrameMeter(limits.frameBytes);
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
    this.#closing ??= closingOfError(error);
  }

  onClose(code: number, reason: Buffer): void {
    this.#end(this.#closing ?? closingOfPeer(code, reason));
  }

  get isOpen(): boolean {
    return !this.#isClosing && this.#socket.readyState === this.#socket.OPEN;
  }

  get authorizer(): AuthorizerContext | null {
    return this.sender.authorizer;
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
        return this.#send(command.data, command.isText ?? typeof command.data === "string");
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
    if (!this.#isClosing) this.#lease.resume();
  }

  /** Begins the closing handshake; commands find the connection gone from now on. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#lease.suspend();
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
    const { traffic } = this.#owner.context;
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
    if (!this.#hasAnsweredPing && !this.#intake.isPaused) {
      this.#socket.terminate();
      return;
    }
    this.#hasAnsweredPing = false;
    this.#socket.ping();
  }

  #send(data: string | Uint8Array, isText: boolean): ConnectionReply {
    const bytes = typeof data === "string" ? data.length : data.byteLength;
    const { limits, clock } = this.#owner.context;
    if (bytes > limits.messageBytes || isLongerInUtf8(data, limits.messageBytes)) return tooLarge;
    if (this.#stream.writableLength > limits.sendBufferBytes) return limitExceeded;
    this.#lastActiveAt = clock.now();
    this.#write(messageFrames(data, isText, limits.frameBytes), bytes);
    return (this.#done ??= Object.freeze({ type: "done", lease: this.#lease }));
  }

  post(buffer: Buffer, start: number, end: number, isText: boolean): void {
    const { limits, clock } = this.#owner.context;
    const { writableLength } = this.#stream;
    const bytes = end - start;
    if (!this.isOpen || bytes > limits.messageBytes || writableLength > limits.sendBufferBytes)
      return;
    this.#lastActiveAt = clock.now();
    // What has to wait for a slow peer must not keep all that came with it in memory.
    const isInPlace = writableLength === 0 && bytes <= Math.min(limits.frameBytes, 0xff_ff);
    const frames = isInPlace
      ? frameInPlace(buffer, start, end, isText)
      : messageFrames(buffer.subarray(start, end), isText, limits.frameBytes);
    this.#write(frames, bytes);
  }

  deliver(message: SharedMessage): boolean {
    if (!this.isOpen) return false;
    const { limits } = this.#owner.context;
    // Below half of the limit nothing has to be measured.
    if (this.#isSuspended && this.#stream.writableLength > limits.sendBufferBytes) return false;
    this.#lastActiveAt = message.at;
    message.frames ??= messageFrames(message.data, message.isText, limits.frameBytes);
    this.#write(message.frames, message.data.length);
    return true;
  }

  /** Bypasses the library: without extensions it adds only the header, and control frames take the same stream. */
  #write(frames: Buffer, bytes: number): void {
    const { limits, traffic } = this.#owner.context;
    this.#stream.write(frames);
    // Half full: from now on posts wait for their answers, so that the limit can be reported.
    if (this.#stream.writableLength > limits.sendBufferBytes / 2) this.#suspend();
    if (traffic.isObserved) {
      traffic.emit({ type: "message-out", connectionId: this.identity.connectionId, bytes });
    }
  }

  #suspend(): void {
    if (this.#isSuspended) return;
    this.#isSuspended = true;
    this.#lease.suspend();
    listenForDrain(this.#stream);
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#isClosing) return;
    this.#received++;
    if (isBinary) this.close(1003, "Binary media not supported");
    else this.#intake.receive(data);
    const { messages, code, reason } = this.#closeAfter ?? never;
    if (this.#received >= messages) this.close(code, reason);
  }

  readonly #take = (data: Buffer): void => {
    this.#lastActiveAt = this.#owner.context.clock.now();
    this.#owner.dispatcher.dispatch(this, data, this.#lastActiveAt);
  };

  messageBegun(message: MessageInWork): void {
    this.#intake.begun(message);
  }

  messageEnded(message: MessageInWork): void {
    this.#intake.ended(message);
  }

  messageTimedOut(requestId: string): void {
    this.sendError("Endpoint request timed out", requestId);
  }

  reply(body: string, requestId: string): boolean {
    if (!this.isOpen) return true;
    const sent = this.#send(body, true);
    if (sent.type === "too-large") this.sendError("Internal server error", requestId);
    return sent.type === "done";
  }

  /** The spacing is AWS's: clients have been written against the bytes. */
  sendError(message: string, requestId: string): void {
    if (!this.isOpen) return;
    const { connectionId } = this.identity;
    const text = `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
    this.#stream.write(messageFrames(text, true, this.#owner.context.limits.frameBytes));
  }

  #end(closing: Closing): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isClosing = true;
    this.#lease.end();
    this.#owner.dispatcher.abandon(this.#intake.close());
    this.#owner.onEnd(this, closing);
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
