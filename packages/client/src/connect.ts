import type { AnyApp, AppShape, Client, Status } from "./app-shape.ts";
import { ClientError } from "./client-error.ts";
import { parse, type Refusal } from "./parse.ts";
import { delayMs } from "./retry-delay.ts";

/** The socket's URL, or a function that resolves with it, called before every attempt. */
export type Target = string | URL | (() => string | URL | Promise<string | URL>);

export interface ConnectOptions {
  /** Most messages that wait for a socket; beyond it, the oldest are dropped. @default 100 */
  readonly queue?: number;
  /**
   * Sends a message every 5 minutes, so that API Gateway's idle timeout of 10 minutes never closes the socket. The
   * app needs `keepAlive true` under `@ws-settings`. @default false
   */
  readonly keepAlive?: boolean;
  /**
   * Moves the connection's rooms to a new socket before API Gateway's limit of two hours. The app needs `auth` under
   * `@ws-settings`. If false, the client connects again. @default true if the URL has a ticket
   */
  readonly rollOver?: boolean;
  /** @default the platform's */
  readonly WebSocket?: typeof WebSocket;
}

/** API Gateway gives a function 29 seconds: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const answerMs = 30_000;
const pingMs = 300_000;
/** Timeout of the platform's own answers. Without one, the socket counts as lost. */
const platformMs = 10_000;
/** API Gateway closes a socket after two hours. Roll over at a random time between 15 and 5 minutes before. */
const rollOverMs = 6_900_000;
const spreadMs = 600_000;
/** A replaced socket is read until it has been silent for this long. */
const silentMs = 5000;
/** Delay before a roll-over is retried after its ticket could not be fetched. */
const laterMs = 60_000;

interface Message {
  readonly action: string;
  readonly input: object;
  /** Null if no answer is expected. */
  readonly requestId: string | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClientError) => void;
}

interface Call extends Message {
  /** The socket it was sent over. */
  readonly socket: WebSocket;
  readonly timer: Timer;
}

type Timer = ReturnType<typeof setTimeout>;

/**
 * Opens a socket to the app and keeps it open. After a lost connection, it reconnects with growing delays, or
 * immediately when the network returns or the page becomes visible. Before API Gateway's limit of two hours, it
 * rolls over to a new socket.
 *
 * @param target `window.WS_URL` by default
 */
export function connect<App extends AppShape = AnyApp>(
  target: Target = defaultTarget,
  options: ConnectOptions = {},
): Client<App> {
  const { queue: longest = 100, WebSocket: Socket = WebSocket, keepAlive = false } = options;
  const listeners = new Map<string, Set<(message: unknown) => void>>();
  const calls = new Map<string, Call>();
  /** Sockets whose messages are processed. */
  const sockets = new Set<WebSocket>();
  let queue: Message[] = [];
  let status: Status = "connecting";
  /** The socket for outgoing messages. */
  let socket: WebSocket | null = null;
  /** The socket that will replace it, until it is open. */
  let successor: WebSocket | null = null;
  /** Continues a roll-over once the platform has answered. */
  let answerRollOver: ((previous: unknown) => void) | null = null;
  let attempt = 0;
  let wasOpen = false;
  let isPonged = false;
  let count = 0;
  let retry: Timer | undefined;
  let due: Timer | undefined;
  let silence: Timer | undefined;
  const ping = keepAlive ? setInterval(probe, pingMs) : undefined;

  const emit = (type: string, message: unknown): void => {
    for (const listener of listeners.get(type) ?? []) listener(message);
  };
  const change = (next: Status): void => {
    if (status === next) return;
    status = next;
    emit("status", next);
  };
  const locate = async (): Promise<string | URL> =>
    typeof target === "function" ? target() : target;

  async function open(): Promise<void> {
    clearTimeout(retry);
    change("connecting");
    const number = ++attempt;
    try {
      const url = await locate();
      if (number === attempt && status === "connecting") socket = listen(url);
    } catch {
      // The URL could not be resolved or is invalid: retry later.
      if (number === attempt) wait(0);
    }
  }

  function listen(url: string | URL): WebSocket {
    const made = new Socket(url);
    sockets.add(made);
    made.addEventListener("open", () => {
      if (made === successor) replace(made);
      else if (made === socket) begin(made, String(url));
    });
    made.addEventListener("message", ({ data }) => {
      if (!sockets.has(made)) return;
      if (made === socket) clearTimeout(silence);
      if (typeof data === "string") receive(data);
      else emit("other", data);
    });
    // A close event follows every error, but `ws` throws errors without a listener.
    made.addEventListener("error", () => {});
    made.addEventListener("close", ({ code }) => {
      if (sockets.has(made)) lose(made, code);
    });
    return made;
  }

  /** The current socket is open. */
  function begin(made: WebSocket, url: string): void {
    attempt = 0;
    change("open");
    if (wasOpen) emit("resumed", undefined);
    wasOpen = true;
    for (const message of queue.splice(0)) hand(made, message);
    plan(options.rollOver ?? /[?&]ticket=/.test(url));
  }

  /** Stops processing a socket's messages. */
  function drop(former: WebSocket): void {
    sockets.delete(former);
    former.close(1000);
    fail("UNKNOWN", "The connection was lost before the answer arrived", former);
  }

  function lose(made: WebSocket, code: number): void {
    drop(made);
    if (made === successor) {
      successor = null;
      // The rooms may or may not have moved, so connect again from the start.
      if (socket !== null) drop(socket);
      wait(code);
    } else if (made === socket) {
      if (successor === null) wait(code);
      else {
        socket = null;
        change("connecting");
      }
    }
  }

  function wait(code: number): void {
    socket = null;
    answerRollOver = null;
    clearTimeout(due);
    clearTimeout(silence);
    if (status === "closed") return;
    change("waiting");
    clearTimeout(retry);
    retry = setTimeout(() => void open(), delayMs(attempt, code));
  }

  function plan(takesRooms: boolean, ms = rollOverMs - Math.random() * spreadMs): void {
    clearTimeout(due);
    due = setTimeout(() => {
      if (takesRooms) void rollOver();
      // Without pending answers, no result can become unknown.
      else if (calls.size > 0) plan(takesRooms, 1000);
      else if (socket !== null) lose(socket, 1000);
    }, ms);
  }

  /** Opens the next socket, which takes over this one's rooms. */
  async function rollOver(): Promise<void> {
    const former = socket;
    let url: string | URL;
    try {
      url = new URL(await locate(), globalThis.location?.href);
    } catch {
      if (socket === former) plan(true, laterMs);
      return;
    }
    if (former === null || socket !== former) return;
    // Without an answer, the app does not support it.
    due = setTimeout(() => lose(former, 1000), platformMs);
    answerRollOver = (previous) => {
      answerRollOver = null;
      clearTimeout(due);
      url.searchParams.set("previous", String(previous));
      const next = (successor = listen(url));
      // The rooms may already have moved to a socket that never opens.
      due = setTimeout(() => lose(next, 1006), answerMs);
    };
    former.send('{"action":"arclet-previous"}');
  }

  /** The next socket is open. Keep reading the previous one for messages on their way. */
  function replace(made: WebSocket): void {
    const former = socket;
    socket = made;
    successor = null;
    if (former === null) begin(made, "");
    else readOut(former);
    plan(true);
  }

  function readOut(former: WebSocket): void {
    let timer: Timer | undefined;
    const linger = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const isWaited = [...calls.values()].some((call) => call.socket === former);
        if (isWaited) linger();
        else drop(former);
      }, silentMs);
    };
    former.addEventListener("message", linger);
    former.addEventListener("close", ({ code }) => {
      // Without a clean close, messages on their way may be lost.
      if (code === 1006 && status === "open") emit("resumed", undefined);
    });
    linger();
  }

  /** Rejects calls sent over one socket, or all calls. */
  function fail(code: string, text: string, over: WebSocket | null = null): void {
    for (const [requestId, { reject, timer, socket: used }] of calls) {
      if (over !== null && used !== over) continue;
      calls.delete(requestId);
      clearTimeout(timer);
      reject(new ClientError(code, text));
    }
  }

  function hand(to: WebSocket, message: Message): void {
    const { action, input, requestId, resolve, reject } = message;
    to.send(JSON.stringify({ ...input, action, ...(requestId === null ? {} : { requestId }) }));
    if (requestId === null) {
      resolve(undefined);
      return;
    }
    const timer = setTimeout(() => {
      calls.delete(requestId);
      reject(new ClientError("UNKNOWN", `No answer to "${action}" came in ${answerMs / 1000} s`));
    }, answerMs);
    calls.set(requestId, { ...message, socket: to, timer });
  }

  function submit(action: string, input: object, isCall: boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (status === "closed") {
        reject(new ClientError("CLOSED", "The client was closed"));
        return;
      }
      const requestId = isCall ? (++count).toString(36) : null;
      const message = { action, input, requestId, resolve, reject };
      if (socket?.readyState === Socket.OPEN) {
        hand(socket, message);
        return;
      }
      queue.push(message);
      if (queue.length <= longest) return;
      const dropped = queue.shift();
      if (dropped === undefined) return;
      dropped.reject(new ClientError("DROPPED", "Too many messages wait for a connection"));
      emit("dropped", { action: dropped.action, input: dropped.input });
    });
  }

  function receive(text: string): void {
    const message = parse(text);
    const { requestId, type } = message;
    const call = typeof requestId === "string" ? calls.get(requestId) : undefined;
    if (call !== undefined && ("result" in message || "error" in message)) {
      calls.delete(call.requestId ?? "");
      clearTimeout(call.timer);
      const { error } = message;
      if (error === undefined) call.resolve(message["result"]);
      else {
        const { code, message: words, issues } = error as Refusal;
        call.reject(new ClientError(code, words, issues));
      }
    } else if (type === "arclet-previous" && answerRollOver !== null) {
      answerRollOver(message["previous"]);
    } else if (typeof type === "string") {
      if (type === "arclet-pong") isPonged = true;
      emit(type, message);
    } else if ("connectionId" in message && "message" in message) emit("gateway", message);
    else emit("other", text);
  }

  /** Checks whether the socket still reaches the app, because a page that slept or changed networks cannot know. */
  function probe(): void {
    const probed = socket;
    if (probed?.readyState !== Socket.OPEN) return;
    probed.send('{"action":"arclet-ping"}');
    clearTimeout(silence);
    // An app without `keepAlive true` does not answer.
    if (isPonged) silence = setTimeout(() => lose(probed, 1006), platformMs);
  }

  /** The network is back, or the page became visible. */
  function hurry(): void {
    if (globalThis.document?.visibilityState === "hidden") return;
    if (status === "open" && keepAlive) probe();
    if (status !== "waiting") return;
    attempt = 0;
    void open();
  }
  globalThis.addEventListener?.("online", hurry);
  globalThis.document?.addEventListener("visibilitychange", hurry);

  const client = {
    get status() {
      return status;
    },
    on(type: string, listener: (message: unknown) => void) {
      const known = listeners.get(type) ?? new Set();
      listeners.set(type, known.add(listener));
      return () => {
        known.delete(listener);
      };
    },
    send: async (action: string, input: object = {}) => {
      await submit(action, input, false);
    },
    call: (action: string, input: object = {}) => submit(action, input, true),
    close() {
      socket = null;
      successor = null;
      answerRollOver = null;
      for (const timer of [retry, due, silence]) clearTimeout(timer);
      clearInterval(ping);
      globalThis.removeEventListener?.("online", hurry);
      globalThis.document?.removeEventListener("visibilitychange", hurry);
      change("closed");
      fail("UNKNOWN", "The client was closed before the answer arrived");
      for (const { reject } of queue) reject(new ClientError("CLOSED", "The client was closed"));
      queue = [];
      for (const former of sockets) drop(former);
    },
  };
  void open();
  return new Proxy(client, {
    get(own, name) {
      if (typeof name === "symbol" || Reflect.has(own, name)) return Reflect.get(own, name);
      // An object with `then` would be awaited like a promise.
      return name === "then" ? undefined : (input?: object) => client.call(name, input);
    },
  }) as unknown as Client<App>;
}

function defaultTarget(): string {
  const { WS_URL } = globalThis as { WS_URL?: string };
  if (WS_URL === undefined)
    throw new TypeError("WS_URL is not set: pass the socket's URL to connect()");
  return WS_URL;
}
