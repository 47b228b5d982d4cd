import type { IncomingMessage } from "node:http";

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Whether a subprotocol may be named so. https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
export function isProtocolName(text: string): boolean {
  return token.test(text);
}

/**
 * Whether the subprotocols a client offers can be understood: names, each once. Told before any function
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
  return URL.canParse(text) ? new URL(text) : null;
}
