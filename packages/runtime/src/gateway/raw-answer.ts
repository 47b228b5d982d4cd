import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** How long to read and discard what a refused client still sends, so that it can read the response. */
const lingerMs = 1000;

/**
 * Writes a raw HTTP response on a connection that is not handled as HTTP, and closes it. Closing with unread
 * bytes would reset the connection and could lose the response (RFC 9112, section 9.6), so incoming bytes are
 * discarded for up to a second first.
 */
export function answerRaw(
  socket: Duplex,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (socket.destroyed || socket.writableEnded) return;
  const body = JSON.stringify({ message });
  const fields = Object.entries({
    Connection: "close",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers,
  });
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.on("error", () => socket.destroy());
  // Whoever read so far is done with this peer.
  socket.removeAllListeners("data");
  socket.on("data", () => {});
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(linger));
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\n${body}`);
}
