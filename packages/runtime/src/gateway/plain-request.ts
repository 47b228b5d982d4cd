import type { IncomingMessage } from "node:http";

/** Headers that ask for another protocol, and mean nothing to whoever does not speak it. */
const upgradeHeaders = new Set(["upgrade", "http2-settings"]);

/** Whether a request asks for a WebSocket; every other protocol is one the server does not speak. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  const protocols = headers.upgrade?.toLowerCase().split(",") ?? [];
  return protocols.some((protocol) => protocol.trim() === "websocket");
}

/**
 * The head of a request without its wish for another protocol, as bytes to be parsed again: a server may
 * ignore `Upgrade` (RFC 9110, section 7.8), but Node.js hands such a request over with its body unread.
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
