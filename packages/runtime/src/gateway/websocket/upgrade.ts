import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { GatewayContext } from "../gateway-context.ts";
import { answerRaw } from "../raw-answer.ts";

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** The HTTP response to a refused upgrade. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
  /** For the developer, when the message does not say it. */
  readonly reason?: string;
}

/** Judges an upgrade to `url` as far as that takes no function; null when it may go on. */
export function judgeUpgrade(
  { trust, stage }: Pick<GatewayContext, "trust" | "stage">,
  request: IncomingMessage,
  url: URL | null,
  isListedOrigin: (origin: string | undefined) => boolean,
): UpgradeRefusal | null {
  const key = request.headers["sec-websocket-key"];
  if (request.method !== "GET" || request.headers.upgrade?.toLowerCase() !== "websocket") {
    return badRequest;
  }
  // https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1: HTTP/1.1 or higher, with a Host.
  if (Number(request.httpVersion) < 1.1 || request.headers.host === undefined) {
    return badRequest;
  }
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) {
    return badRequest;
  }
  if (request.headers["sec-websocket-version"] !== "13") {
    return { status: 426, message: "Upgrade Required", reason: "WebSocket version 13 is required" };
  }
  if (url === null || !offersProtocols(request)) return badRequest;
  const path = url.pathname;
  const isKnownPath = path === "/" || path === `/${stage}` || path === `/${stage}/`;
  if (!isKnownPath) return { ...forbidden, reason: `sockets open at / or /${stage}, not ${path}` };
  if (!trust.mayOpenSocket(request) && !isListedOrigin(request.headers.origin)) {
    const { origin } = request.headers;
    const reason = `Arclet refused the foreign origin ${origin}: --allow-origin or origins below @ws-settings allows it`;
    return { ...forbidden, reason };
  }
  return null;
}

export const badRequest: UpgradeRefusal = { status: 400, message: "Bad Request" };

/** Also where there is no WebSocket API at all. */
export const forbidden: UpgradeRefusal = { status: 403, message: "Forbidden" };

/** Answers an upgrade with a plain HTTP response instead. */
export function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  const offer = { "Sec-WebSocket-Version": "13", Upgrade: "websocket" };
  answerRaw(socket, status, message, status === 426 ? offer : {});
}

/** Whether a subprotocol may be named so. https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
export function isProtocolName(text: string): boolean {
  return token.test(text);
}

/**
 * Whether the subprotocols a client offers can be understood: names, each once. Known before any function
 * runs, for the library that opens the socket would find it only after `$connect`.
 */
export function offersProtocols(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"];
  if (offered === undefined) return true;
  const names = offered.split(",").map((name) => name.trim());
  return names.every((name) => isProtocolName(name)) && new Set(names).size === names.length;
}

/** What is asked for; null when it cannot be read. */
export function targetOf(request: IncomingMessage): URL | null {
  const sent = request.url ?? "/";
  // Joined, not resolved: `//host/path` is a path here, not another host.
  const text = sent.startsWith("/") ? `http://localhost${sent}` : sent;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
