import { WebSocket, type RawData } from "ws";

export interface ClientOptions {
  /** @default "/" */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly protocols?: readonly string[];
  readonly origin?: string;
  readonly maxPayload?: number;
  /** Whether pings are answered. @default true */
  readonly autoPong?: boolean;
}

/** An open WebSocket with its messages in order. */
export interface Client {
  readonly socket: WebSocket;
  /** Headers of the answer to the upgrade. */
  readonly answer: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Code and reason, once closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(text: string | Uint8Array): void;
  /** The next message as text. */
  next(): Promise<string>;
  /** The next message with its kind. */
  nextFrame(): Promise<{ readonly text: string; readonly isBinary: boolean }>;
}

export async function openClient(port: number, options: ClientOptions = {}): Promise<Client> {
  const socket = connect(port, options);
  const frames: { text: string; isBinary: boolean }[] = [];
  const takers: ((frame: { text: string; isBinary: boolean }) => void)[] = [];
  socket.on("message", (data: RawData, isBinary: boolean) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Uint8Array);
    const frame = { text: bytes.toString(isBinary ? "latin1" : "utf8"), isBinary };
    const taker = takers.shift();
    if (taker === undefined) frames.push(frame);
    else taker(frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  let answer: Client["answer"] = {};
  socket.once("upgrade", (response) => {
    answer = response.headers;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, response) => {
      reject(new Error(`The handshake was answered with ${response.statusCode}`));
    });
  });
  // From here on the reason of an end is told by `closed`.
  socket.on("error", () => {});
  const nextFrame = (): Promise<{ text: string; isBinary: boolean }> => {
    const frame = frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => {
      takers.push(resolve);
    });
  };
  return {
    socket,
    answer,
    closed,
    send: (text) => socket.send(text),
    nextFrame,
    next: async () => (await nextFrame()).text,
  };
}

/** Status and body of a handshake that is not taken. */
export async function refusedClient(
  port: number,
  options: ClientOptions = {},
): Promise<{ status: number; body: string }> {
  const socket = connect(port, options);
  return new Promise((resolve, reject) => {
    socket.once("open", () => {
      socket.terminate();
      reject(new Error("The handshake was taken"));
    });
    socket.on("error", () => {});
    socket.once("unexpected-response", (_request, response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
}

function connect(port: number, options: ClientOptions): WebSocket {
  const { path = "/", headers = {}, protocols = [], origin, maxPayload, autoPong = true } = options;
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], {
    headers: Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key, value as string]),
    ),
    autoPong,
    ...(origin === undefined ? {} : { origin }),
    ...(maxPayload === undefined ? {} : { maxPayload }),
  });
}
