import { gone, limitExceeded, tooLarge } from "./gateway-error.ts";
import type { RealtimeChannel } from "./realtime/realtime-channel.ts";
import type { Outgoing } from "./register.ts";
import { refusalOf, signedFetch } from "./signed-fetch.ts";
import { encodePayload } from "./websocket-payload.ts";

export interface WebSocketInfo {
  readonly connectedAt: Date;
  readonly lastActiveAt: Date;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
}

type Command = { type: "send"; data: string | Uint8Array } | { type: "close" } | { type: "info" };

type Reply =
  | { type: "done" | "limit-exceeded" | "too-large" }
  | {
      type: "info";
      info: {
        connectedAt: number;
        lastActiveAt: number;
        identity: { sourceIp: string; userAgent: string | null };
      };
    }
  | "gone";

/** A channel to the gateway without HTTP, which the local environment provides. */
export interface DirectChannel {
  request(connectionId: string, command: Command): Promise<Reply>;
  /** Absent if the app has neither rooms nor logins. */
  readonly realtime?: RealtimeChannel;
}

const channelKey = Symbol.for("arclet.gateway");

export interface Ws {
  /**
   * Sends a message to a connection. Rejects with `name: "GoneException"` if it has closed,
   * `PayloadTooLargeException` beyond 128 KB, and `LimitExceededException` if its client reads too slowly.
   */
  readonly send: (message: { readonly id: string; readonly payload: Outgoing }) => Promise<void>;
  /** Closes a connection with code 1000. Rejects with `GoneException` if it has already closed. */
  readonly close: (connection: { readonly id: string }) => Promise<void>;
  /** Returns when a connection was opened and last active, and its client's address and user agent. */
  readonly info: (connection: { readonly id: string }) => Promise<WebSocketInfo>;
}

export interface WsOptions {
  /**
   * URL of the management API including the stage, `https://abc123.execute-api.eu-west-1.amazonaws.com/production`.
   * @default the app's own WebSocket API, from `ARC_WS_MANAGEMENT_URL` or `ARC_WSS_URL`
   */
  readonly endpoint?: string;
}

/** Creates a client for another WebSocket API's connections. For the app's own, use `ws`. */
export function createWs(options: WsOptions = {}): Ws {
  const { endpoint } = options;
  const request = (id: string, command: Command): Promise<Reply> => {
    if (typeof id !== "string" || id === "") {
      return Promise.reject(new TypeError(`ws.${command.type} needs the id of a connection`));
    }
    const channel = endpoint === undefined ? directChannel() : undefined;
    return channel?.request(id, command) ?? requestOverHttp(id, command, endpoint);
  };
  return {
    async send({ id, payload }) {
      check(id, await request(id, { type: "send", data: encodePayload(payload, "ws.send") }));
    },
    async close({ id }) {
      check(id, await request(id, { type: "close" }));
    },
    async info({ id }) {
      const reply = check(id, await request(id, { type: "info" }));
      if (reply.type !== "info") throw new TypeError("the gateway gave no information");
      const { connectedAt, lastActiveAt, identity } = reply.info;
      const { sourceIp, userAgent } = identity;
      return {
        connectedAt: new Date(connectedAt),
        lastActiveAt: new Date(lastActiveAt),
        identity: userAgent === null ? { sourceIp } : { sourceIp, userAgent },
      };
    },
  };
}

/** Client for the connections of the app's WebSocket API, locally and on AWS. */
export const ws: Ws = /* @__PURE__ */ createWs();

/** Undefined on AWS, and in runtimes of other languages. */
export function directChannel(): DirectChannel | undefined {
  return (globalThis as { [channelKey]?: DirectChannel })[channelKey];
}

function check(id: string, reply: Reply): Exclude<Reply, "gone"> {
  if (reply === "gone") throw gone(id);
  if (reply.type === "limit-exceeded") throw limitExceeded(`The client of ${id} reads too slowly`);
  if (reply.type === "too-large") throw tooLarge();
  return reply;
}

const methods = { send: "POST", close: "DELETE", info: "GET" } as const;

/** Sends a request to API Gateway's management API. `endpoint` selects another API than the app's own. */
export function manageConnection(
  id: string,
  method: (typeof methods)[keyof typeof methods],
  body?: string | Uint8Array,
  endpoint?: string,
): Promise<Response> {
  const base = (endpoint ?? managementUrl()).replace(/\/+$/, "");
  return signedFetch({
    url: `${base}/@connections/${encodeURIComponent(id)}`,
    method,
    body,
    // Only AWS needs signatures, and it uses HTTPS.
    service: base.startsWith("https:") ? "execute-api" : null,
  });
}

async function requestOverHttp(
  id: string,
  command: Command,
  endpoint: string | undefined,
): Promise<Reply> {
  const data = command.type === "send" ? command.data : undefined;
  const response = await manageConnection(id, methods[command.type], data, endpoint);
  if (!response.ok) throw await refusalOf(response);
  if (command.type !== "info") {
    // Release the socket.
    await response.arrayBuffer();
    return { type: "done" };
  }
  const { connectedAt, lastActiveAt, identity } = (await response.json()) as {
    connectedAt: string;
    lastActiveAt: string;
    identity: WebSocketInfo["identity"];
  };
  return {
    type: "info",
    info: {
      connectedAt: Date.parse(connectedAt),
      lastActiveAt: Date.parse(lastActiveAt),
      identity: { sourceIp: identity.sourceIp, userAgent: identity.userAgent ?? null },
    },
  };
}

/** `wss://host/stage` → `https://host/stage`. With a custom domain, set the management URL explicitly. */
function managementUrl(): string {
  const { ARC_WS_MANAGEMENT_URL, ARC_WSS_URL } = process.env;
  const url = ARC_WS_MANAGEMENT_URL ?? ARC_WSS_URL;
  if (url === undefined) throw new Error("ARC_WSS_URL is not set: this app has no @ws");
  // Architect omitted the scheme in 2019.
  const absolute = url.includes("://") ? url : `wss://${url}`;
  return absolute.replace(/^ws/, "http");
}
