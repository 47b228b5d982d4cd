import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { decodeFrame, encodeFrame, opcodes, type ReceivedFrame } from "./frames.ts";

/** A TCP socket that sends what it is told and keeps what comes back; no WebSocket rules apply. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;
  readonly #closed: Promise<void>;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    // A reset is an answer too; what counts is that the socket ends.
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.#closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  static async connect(port: number, host = "127.0.0.1"): Promise<RawClient> {
    const socket = connect(port, host);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Upgrades to a WebSocket; throws on any other answer. */
  static async upgrade(port: number, headers: readonly string[] = []): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.send(
      [
        "GET / HTTP/1.1",
        `Host: localhost:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ...headers,
        "",
        "",
      ].join("\r\n"),
    );
    const head = await client.responseHead();
    if (!head?.startsWith("HTTP/1.1 101 ")) throw new Error(`no upgrade: ${head}`);
    return client;
  }

  send(data: Buffer | string): void {
    if (!this.#isClosed) this.socket.write(data);
  }

  /** Resolves with `take`'s first answer that is not undefined, or null when the socket ends before. */
  async #until<T>(take: () => T | undefined): Promise<T | null> {
    for (;;) {
      const taken = take();
      if (taken !== undefined) return taken;
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Status line and headers; null when the server hung up without any. */
  responseHead(): Promise<string | null> {
    return this.#until(() => {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end === -1) return undefined;
      const head = this.#received.subarray(0, end).toString("latin1");
      this.#received = this.#received.subarray(end + 4);
      return head;
    });
  }

  /** Next frame; null when the socket ended without one. */
  frame(): Promise<ReceivedFrame | null> {
    return this.#until(() => {
      const decoded = decodeFrame(this.#received);
      if (decoded === null) return undefined;
      this.#received = this.#received.subarray(decoded.length);
      return decoded.frame;
    });
  }

  /** Next data message, fragments joined; control frames are passed over. Null at the end. */
  async message(): Promise<string | null> {
    let parts = "";
    for (;;) {
      const frame = await this.frame();
      if (frame === null || frame.opcode === opcodes.close) return null;
      if (frame.opcode >= opcodes.close) continue;
      parts += frame.payload.toString();
      if (frame.fin) return parts;
    }
  }

  /**
   * Reads up to the server's close frame and answers it. Gives its code, 1005 for an empty one
   * (RFC 6455, 7.1.5), 1006 when the connection ended without one.
   */
  async closeCode(): Promise<number> {
    for (;;) {
      const frame = await this.frame();
      if (frame === null) return 1006;
      if (frame.opcode !== opcodes.close) continue;
      this.send(encodeFrame({ opcode: opcodes.close, payload: frame.payload }));
      return frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0);
    }
  }

  /** All bytes up to the server's end of the connection. */
  async readToEnd(): Promise<Buffer> {
    await this.#closed;
    return this.#received;
  }

  get closed(): Promise<void> {
    return this.#closed;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
