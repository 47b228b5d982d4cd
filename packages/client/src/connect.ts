import type { AnyApp, AppShape, Client, Status } from "./app-shape.ts";
import { ClientError, type Issue } from "./client-error.ts";
import { delayMs } from "./retry-delay.ts";

/** Where the socket is: a URL, or a function that resolves one, asked before every attempt. */
export type Target = string | URL | (() => string | URL | Promise<string | URL>);

export interface ConnectOptions {
  /** Messages that wait for a socket at most; the oldest are dropped. @default 100 */
  readonly queue?: number;
  /**
   * Sends a message every 5 minutes, so that API Gateway's idle time-out of 10 never closes the socket. The app
   * needs `keepAlive true` under `@ws-settings`. @default false
   */
  readonly keepAlive?: boolean;
  /** @default the platform's */
  readonly WebSocket?: typeof WebSocket;
}

/** API Gateway gives a function 29 seconds: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const answerMs = 30_000;
const pingMs = 300_000;

interface Message {
  readonly action: string;
  readonly input: object;
  /** Null: no answer is waited for. */
  readonly requestId: string | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClientError) => void;
}

interface Call extends Message {
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Opens a socket to the app and keeps it open: after a cut it connects again, with growing pauses, at once
 * when the network returns or the page becomes visible.
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
  let queue: Message[] = [];
  let status: Status = "connecting";
  let socket: WebSocket | null = null;
  let attempt = 0;
  let wasOpen = false;
  let count = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const ping = keepAlive
    ? setInterval(() => {
        if (socket?.readyState === Socket.OPEN) socket.send('{"action":"arclet-ping"}');
      }, pingMs)
    : undefined;

  const emit = (type: string, message: unknown): void => {
    for (const listener of listeners.get(type) ?? []) listener(message);
  };
  const change = (next: Status): void => {
    if (status === next) return;
    status = next;
    emit("status", next);
  };

  async function open(): Promise<void> {
    clearTimeout(retry);
    change("connecting");
    const number = ++attempt;
    try {
      const url = await (typeof target === "function" ? target() : target);
      if (number === attempt && status === "connecting") listen(new Socket(url));
    } catch {
      // No ticket, or a URL that is not one: asked for again later.
      if (number === attempt) wait(0);
    }
  }

  function listen(next: WebSocket): void {
    socket = next;
    next.addEventListener("open", () => {
      if (socket !== next) return;
      attempt = 0;
      change("open");
      if (wasOpen) emit("resumed", undefined);
      wasOpen = true;
      for (const message of queue.splice(0)) hand(next, message);
    });
    next.addEventListener("message", ({ data }) => {
      if (typeof data === "string") receive(data);
      else emit("other", data);
    });
    // An error is followed by its close; `ws` throws one that nobody listens to.
    next.addEventListener("error", () => {});
    next.addEventListener("close", ({ code }) => {
      if (socket === next) wait(code);
    });
  }

  function wait(code: number): void {
    socket = null;
    if (status === "closed") return;
    change("waiting");
    fail("UNKNOWN", "The connection was lost before the answer came");
    retry = setTimeout(() => void open(), delayMs(attempt, code));
  }

  function fail(code: string, text: string): void {
    for (const [requestId, { reject, timer }] of calls) {
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
    calls.set(requestId, { ...message, timer });
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
    } else if (typeof type === "string") emit(type, message);
    else if ("connectionId" in message && "message" in message) emit("gateway", message);
    else emit("other", text);
  }

  /** The network is back, or somebody looks at the page. */
  function hurry(): void {
    if (status !== "waiting" || globalThis.document?.visibilityState === "hidden") return;
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
      const former = socket;
      socket = null;
      clearTimeout(retry);
      clearInterval(ping);
      globalThis.removeEventListener?.("online", hurry);
      globalThis.document?.removeEventListener("visibilitychange", hurry);
      change("closed");
      fail("UNKNOWN", "The client was closed before the answer came");
      for (const { reject } of queue) reject(new ClientError("CLOSED", "The client was closed"));
      queue = [];
      former?.close(1000);
    },
  };
  void open();
  return new Proxy(client, {
    get(own, name) {
      if (typeof name === "symbol" || Reflect.has(own, name)) return Reflect.get(own, name);
      // What has a `then` would be awaited as a promise.
      return name === "then" ? undefined : (input?: object) => client.call(name, input);
    },
  }) as unknown as Client<App>;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly Issue[];
}

/** `{}` for what is not a JSON object. */
function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function defaultTarget(): string {
  const { WS_URL } = globalThis as { WS_URL?: string };
  if (WS_URL === undefined)
    throw new TypeError("WS_URL is not set: give the socket's URL to connect");
  return WS_URL;
}
