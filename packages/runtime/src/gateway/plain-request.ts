import type { IncomingMessage } from "node:http";

/** Headers that request another protocol. */
const upgradeHeaders = new Set(["upgrade", "http2-settings"]);

/** Whether a request is a WebSocket upgrade; other protocols are not supported. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  const protocols = headers.upgrade?.toLowerCase().split(",") ?? [];
  return protocols.some((protocol) => protocol.trim() === "websocket");
}

/**
 * The head of a request without its upgrade headers, to be parsed again. A server may ignore `Upgrade`
 * (RFC 9110, section 7.8), but Node.js passes such a request on with its body unread.
 */
export function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const lower = name.toLowerCase();
    if (upgradeHeaders.has(lower)) continue;
    if (lower !== "connection") {
      lines.push(`${name}: ${value}`);
      continue;
    }
    const kept = value
      .split(",")
      .filter((option) => !upgradeHeaders.has(option.trim().toLowerCase()));
    if (kept.length > 0) lines.push(`${name}: ${kept.join(",")}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}
