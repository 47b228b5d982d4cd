import type { WebSocket } from "ws";

/** Sends a message in frames of so many bytes at most; the peer sees one message. */
export function sendInFrames(
  socket: WebSocket,
  data: string | Uint8Array,
  isText: boolean,
  frameBytes: number,
): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  for (let start = 0; start < bytes.byteLength; start += frameBytes) {
    const end = start + frameBytes;
    socket.send(bytes.subarray(start, end), { binary: !isText, fin: end >= bytes.byteLength });
  }
}
