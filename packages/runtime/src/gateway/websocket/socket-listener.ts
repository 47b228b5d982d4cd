import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** What a connection hears of its socket. */
export interface SocketListener {
  /** Bytes as they come in, before the library reads them. */
  onData(chunk: Buffer): void;
  onMessage(data: Buffer, isBinary: boolean): void;
  onPong(): void;
  onError(error: Error & { readonly code?: string }): void;
  onClose(code: number, reason: Buffer): void;
  /** The peer has read what was buffered for it. */
  onDrain(): void;
}

/**
 * Where sockets and their streams keep who listens. The functions that Node.js calls are the same for
 * all: closures of its own would cost an idle connection more than all it has to remember.
 */
const listenerKey = Symbol("listener");

/** `hearsData`: whether `onData` is wanted, which costs a call for every chunk. */
export function listenToSocket(
  socket: WebSocket,
  stream: Duplex,
  listener: SocketListener,
  hearsData: boolean,
): void {
  Object.assign(socket, { [listenerKey]: listener });
  Object.assign(stream, { [listenerKey]: listener });
  if (hearsData) stream.prependListener("data", onData);
  socket.on("message", onMessage);
  socket.on("pong", onPong);
  socket.on("error", onError);
  socket.on("close", onClose);
}

/** `onDrain` is called once, at the next time. */
export function listenForDrain(stream: Duplex): void {
  stream.once("drain", onDrain);
}

function listenerOf(emitter: object): SocketListener {
  return (emitter as { readonly [listenerKey]: SocketListener })[listenerKey];
}

function onData(this: Duplex, chunk: Buffer): void {
  listenerOf(this).onData(chunk);
}

function onDrain(this: Duplex): void {
  listenerOf(this).onDrain();
}

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  listenerOf(this).onMessage(data, isBinary);
}

function onPong(this: WebSocket): void {
  listenerOf(this).onPong();
}

function onError(this: WebSocket, error: Error): void {
  listenerOf(this).onError(error);
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  listenerOf(this).onClose(code, reason);
}
