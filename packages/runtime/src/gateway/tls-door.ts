import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";

/** First byte of a TLS handshake. https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const handshakeRecord = 0x16;
/** Timeout for a client's first byte, equal to Node.js's timeout for a request's head. */
const firstByteMs = 60_000;

export interface TlsDoor {
  readonly server: Server;
  /** Closes connections that have not sent anything. */
  closeSilent(): void;
}

/**
 * Serves TLS and plain HTTP on one port, distinguished by the first byte: browsers use TLS, and the helpers
 * inside functions, which do not have the certificate, use HTTP.
 */
export function createTlsDoor(secure: HttpsServer, plain: HttpServer): TlsDoor {
  const silent = new Set<Socket>();
  const server = createServer((socket) => {
    silent.add(socket);
    socket.on("error", destroy);
    socket.setTimeout(firstByteMs, destroy);
    socket.once("close", () => silent.delete(socket));
    socket.once("data", (first: Buffer) => {
      silent.delete(socket);
      socket.off("error", destroy);
      socket.setTimeout(0, destroy);
      socket.off("timeout", destroy);
      socket.pause();
      socket.unshift(first);
      (first[0] === handshakeRecord ? secure : plain).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    server,
    closeSilent() {
      for (const socket of silent) socket.destroy();
    },
  };
}

function destroy(this: Socket): void {
  this.destroy();
}
