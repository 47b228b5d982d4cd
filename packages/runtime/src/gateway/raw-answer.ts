import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** How long a refused peer that still writes is read and dropped, so that it gets to read its answer. */
const lingerMs = 1000;

/**
 * Answers on a connection that has left HTTP, or never was HTTP, and ends it. Closing with bytes unread
 * would reset the connection, and the answer could be lost with it (RFC 9112, section 9.6); so what the
 * peer still sends is dropped for a second, and then it is over, whatever the peer does.
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
