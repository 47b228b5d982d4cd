import { gone, GatewayError } from "./gateway-error.ts";
import { refusalOf, signedFetch } from "./signed-fetch.ts";

/** Objects are sent as JSON, text as it is, bytes as a binary message. */
export type WebSocketPayload = string | Uint8Array | ArrayBuffer | object | number | boolean | null;

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

/** A way to the gateway without HTTP, which an environment may offer. */
interface DirectChannel {
  request(connectionId: string, command: Command): Promise<Reply>;
}

const channelKey = Symbol.for("arclet.gateway");

/** Sends a message to a connection. Rejects with `name: "GoneException"` when it has closed. */
async function send({ id, payload }: { id: string; payload: WebSocketPayload }): Promise<void> {
  const data = encode(payload);
  const channel = directChannel();
  if (channel === undefined) return post(id, "POST", data).then(drop);
  check(id, await channel.request(id, { type: "send", data }));
}

/** Closes a connection: the client gets code 1000. */
async function close({ id }: { id: string }): Promise<void> {
  const channel = directChannel();
  if (channel === undefined) return post(id, "DELETE").then(drop);
  check(id, await channel.request(id, { type: "close" }));
}

/** Tells since when a connection is open, when it was last active, and who is there. */
async function info({ id }: { id: string }): Promise<WebSocketInfo> {
  const channel = directChannel();
  if (channel === undefined) {
    const response = await post(id, "GET");
    const told = (await response.json()) as {
      connectedAt: string;
      lastActiveAt: string;
      identity: WebSocketInfo["identity"];
    };
    return {
      ...told,
      connectedAt: new Date(told.connectedAt),
      lastActiveAt: new Date(told.lastActiveAt),
    };
  }
  const reply = check(id, await channel.request(id, { type: "info" }));
  if (reply.type !== "info") throw new TypeError("the gateway gave no information");
  const { connectedAt, lastActiveAt, identity } = reply.info;
  const { sourceIp, userAgent } = identity;
  return {
    connectedAt: new Date(connectedAt),
    lastActiveAt: new Date(lastActiveAt),
    identity: userAgent === null ? { sourceIp } : { sourceIp, userAgent },
  };
}

/** Talks to the connections of the app's WebSocket API, locally and on AWS. */
export const ws: { send: typeof send; close: typeof close; info: typeof info } = {
  send,
  close,
  info,
};

function directChannel(): DirectChannel | undefined {
  return (globalThis as { [channelKey]?: DirectChannel })[channelKey];
}

function check(id: string, reply: Reply): Exclude<Reply, "gone"> {
  if (reply === "gone") throw gone(id);
  if (reply.type === "limit-exceeded") {
    throw new GatewayError("LimitExceededException", 429, `The client of ${id} reads too slowly`);
  }
  if (reply.type === "too-large") {
    throw new GatewayError("PayloadTooLargeException", 413, "The payload exceeds 128 KB");
  }
  return reply;
}

function encode(payload: WebSocketPayload): string | Uint8Array {
  if (typeof payload === "string" || payload instanceof Uint8Array) return payload;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  return JSON.stringify(payload);
}

async function post(id: string, method: string, body?: string | Uint8Array): Promise<Response> {
  const base = managementUrl();
  const response = await signedFetch({
    url: `${base}/@connections/${encodeURIComponent(id)}`,
    method,
    ...(body === undefined ? {} : { body }),
    // Only AWS itself asks for signatures, and it speaks TLS.
    service: base.startsWith("https:") ? "execute-api" : null,
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function drop(response: Response): Promise<void> {
  await response.arrayBuffer();
}

/** `wss://host/stage` → `https://host/stage`. A custom domain needs the address of its own mapping. */
function managementUrl(): string {
  const { ARC_WS_MANAGEMENT_URL, ARC_WSS_URL } = process.env;
  const url = ARC_WS_MANAGEMENT_URL ?? ARC_WSS_URL?.replace(/^ws/, "http");
  if (url === undefined) throw new Error("ARC_WSS_URL is not set: this app has no @ws");
  return url.replace(/\/+$/, "");
}
