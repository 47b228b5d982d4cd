import type { ActionArguments, AppShape } from "@arclet/client";
import { WebSocket } from "ws";
import type { FunctionReports } from "./function-failure.ts";

/** How a connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  /** Path of the handshake. @default "/" */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Headers that a browser would send, such as `Origin`, are sent only if given. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
}

/** The error of a failed action call. Its stack ends with the function's logs. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** The action's own code, `BAD_INPUT` or `INTERNAL`; `GATEWAY` for an error of the gateway, `CLOSED` without a socket. */
  readonly code: string;
  readonly issues: readonly unknown[];

  constructor(code: string, message: string, issues: readonly unknown[] = [], log = "") {
    super(message);
    this.code = code;
    this.issues = issues;
    if (log !== "") this.stack = `${this.stack}\n\nThe functions reported:\n${log}`;
  }
}

export interface PeerBase<App extends AppShape> {
  readonly connectionId: string;
  /** Resolves when either side has closed the socket. */
  readonly closed: Promise<Closed>;
  /** Every text message received, in order. JSON is parsed. */
  readonly received: readonly unknown[];
  /** Calls an action and resolves with its answer, like `peer.<action>(input)`. */
  call<Name extends keyof App["actions"] & string>(
    action: Name,
    ...input: ActionArguments<App["actions"][Name]["input"]>
  ): Promise<App["actions"][Name]["output"]>;
  /** Sends a message without waiting. An object needs an `action`; text and bytes are sent unchanged. */
  send(message: object | string | Uint8Array): void;
  /**
   * Takes the next message of a type, or of any type, including messages that arrived earlier and were not taken.
   * Rejects when the socket closes, or after `timeoutMs` of real time.
   */
  next<Type extends keyof App["messages"] & string>(
    type: Type,
    options?: { readonly timeoutMs?: number },
  ): Promise<App["messages"][Type]>;
  next(type?: null, options?: { readonly timeoutMs?: number }): Promise<unknown>;
  /** Closes the socket as a client would. Resolves when it has closed. */
  close(code?: number, reason?: string): Promise<Closed>;
  /** Drops the socket without a closing handshake, as when the network is lost. */
  terminate(): void;
  /** Resolves when the gateway has read everything sent so far. */
  flushed(): Promise<void>;
}

/** A client of the app. It does not reconnect. */
export type Peer<App extends AppShape> = PeerBase<App> & {
  readonly [Name in Exclude<keyof App["actions"] & string, keyof PeerBase<App>>]: (
    ...input: ActionArguments<App["actions"][Name]["input"]>
  ) => Promise<App["actions"][Name]["output"]>;
};

interface PendingCall {
  readonly functionId: string;
  readonly mark: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CallError) => void;
}

interface Waiting {
  readonly type: string | null;
  readonly resolve: (message: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const defaultTimeoutMs = 5000;

/**
 * Opens a socket. Rejects with the status of a refused handshake: `{ statusCode: 403 }`.
 *
 * @param identify resolves with the id of the connection just opened
 */
export async function openPeer<App extends AppShape>(
  url: string,
  { path = "/", query = {}, headers = {}, protocols = [] }: ConnectOptions,
  reports: FunctionReports,
  identify: () => string,
): Promise<Peer<App>> {
  const address = new URL(path, url);
  for (const [name, value] of Object.entries(query)) address.searchParams.append(name, value);
  const mark = reports.mark;
  const socket = new WebSocket(address, [...protocols], { headers: { ...headers } });
  const peer = new SocketPeer(socket, reports);
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, response) => {
      const { statusCode = 0 } = response;
      response.resume();
      const log = reports.since(mark);
      const error = new Error(`The handshake was refused with status ${statusCode}`);
      if (log !== "") error.stack = `${error.stack}\n\nThe functions reported:\n${log}`;
      reject(Object.assign(error, { statusCode }));
      socket.terminate();
    });
  });
  peer.connectionId = identify();
  return new Proxy(peer, {
    get(target, name) {
      if (typeof name === "symbol" || name in target) {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      // An object with `then` would be awaited like a promise.
      return name === "then" ? undefined : (input?: object) => target.call(name, input);
    },
  }) as unknown as Peer<App>;
}

class SocketPeer {
  connectionId = "";
  readonly closed: Promise<Closed>;
  readonly received: unknown[] = [];
  readonly #socket: WebSocket;
  readonly #reports: FunctionReports;
  readonly #calls = new Map<string, PendingCall>();
  readonly #untaken: unknown[] = [];
  #waiting: Waiting[] = [];
  #count = 0;

  constructor(socket: WebSocket, reports: FunctionReports) {
    this.#socket = socket;
    this.#reports = reports;
    let resolve: (closed: Closed) => void = () => {};
    this.closed = new Promise((settle) => {
      resolve = settle;
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on("error", () => {});
    socket.on("close", (code, reason) => {
      const text = `The connection was closed (${code}) before`;
      for (const { reject, mark, functionId } of this.#calls.values())
        reject(
          new CallError("CLOSED", `${text} the answer came`, [], reports.since(mark, functionId)),
        );
      this.#calls.clear();
      for (const { reject, timer, type } of this.#waiting) {
        clearTimeout(timer);
        reject(new Error(`${text} a message${type === null ? "" : ` of type "${type}"`} came`));
      }
      this.#waiting = [];
      resolve({ code, reason: reason.toString("utf8") });
    });
  }

  call(action: string, input: object = {}): Promise<unknown> {
    const requestId = String(++this.#count);
    const answer = new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new CallError("CLOSED", "The connection is closed"));
        return;
      }
      const { mark } = this.#reports;
      this.#calls.set(requestId, { functionId: `ws/${action}`, mark, resolve, reject });
      this.#socket.send(JSON.stringify({ ...input, action, requestId }));
    });
    // A test may move the clock between a call and its answer, so a failure may be handled only later.
    answer.catch(() => {});
    return answer;
  }

  send(message: object | string | Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN)
      throw new CallError("CLOSED", "The connection is closed");
    const isRaw = typeof message === "string" || message instanceof Uint8Array;
    this.#socket.send(isRaw ? message : JSON.stringify(message));
  }

  next(
    type: string | null = null,
    { timeoutMs = defaultTimeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    const index = this.#untaken.findIndex((message) => isOfType(message, type));
    if (index !== -1) return Promise.resolve(this.#untaken.splice(index, 1)[0]);
    const what = `message${type === null ? "" : ` of type "${type}"`}`;
    if (this.#socket.readyState !== WebSocket.OPEN)
      return Promise.reject(new Error(`The connection is closed, and no ${what} is left`));
    const { mark } = this.#reports;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        const others = this.#untaken.map((message) => JSON.stringify(message)).join(", ");
        const log = this.#reports.since(mark);
        reject(
          new Error(
            `No ${what} arrived within ${timeoutMs} ms. ` +
              (others === ""
                ? "No other messages arrived."
                : `Other messages that arrived: ${others}`) +
              (log === "" ? "" : `\nThe functions reported:\n${log}`),
          ),
        );
      }, timeoutMs);
      const waiting: Waiting = { type, resolve, reject, timer };
      this.#waiting.push(waiting);
    });
  }

  close(code = 1000, reason = ""): Promise<Closed> {
    this.#socket.close(code, reason);
    return this.closed;
  }

  terminate(): void {
    this.#socket.terminate();
  }

  flushed(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off("pong", done);
        this.#socket.off("close", done);
        resolve();
      };
      this.#socket.on("pong", done);
      this.#socket.on("close", done);
      this.#socket.ping();
    });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const message = isBinary ? new Uint8Array(data) : parse(data.toString("utf8"));
    this.received.push(message);
    if (this.#answer(message)) return;
    const index = this.#waiting.findIndex(({ type }) => isOfType(message, type));
    const [waiting] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (waiting === undefined) {
      this.#untaken.push(message);
      return;
    }
    clearTimeout(waiting.timer);
    waiting.resolve(message);
  }

  /** Returns true if the message answers a call, or is the gateway's error for one. */
  #answer(message: unknown): boolean {
    if (typeof message !== "object" || message === null) return false;
    const { requestId, error, message: words, connectionId } = message as Answer;
    const call = requestId === undefined ? undefined : this.#calls.get(requestId);
    if (requestId !== undefined && call !== undefined && ("result" in message || error)) {
      this.#calls.delete(requestId);
      const log = this.#reports.since(call.mark, call.functionId);
      if (error === undefined) call.resolve((message as { result?: unknown }).result);
      else call.reject(new CallError(error.code, error.message, error.issues, log));
      return true;
    }
    // The gateway's error does not identify the message. Messages start in order, so it is for the oldest.
    const [oldest] = this.#calls;
    if (connectionId === undefined || words === undefined || oldest === undefined) return false;
    const [id, { reject, mark }] = oldest;
    this.#calls.delete(id);
    reject(new CallError("GATEWAY", words, [], this.#reports.since(mark)));
    return true;
  }
}

interface Answer {
  readonly requestId?: string;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly issues?: readonly unknown[];
  };
  readonly message?: string;
  readonly connectionId?: string;
}

function isOfType(message: unknown, type: string | null): boolean {
  if (type === null) return true;
  return (
    typeof message === "object" && message !== null && "type" in message && message.type === type
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
