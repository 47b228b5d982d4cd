import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";

/** First byte of a TLS handshake. https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const handshakeRecord = 0x16;

/**
 * One port for TLS and for plain HTTP, told apart by the first byte: browsers speak TLS, and the helpers
 * inside functions know no certificate.
 */
export function createTlsDoor(secure: HttpsServer, plain: HttpServer): Server {
  return createServer((socket) => {
    socket.on("error", destroy);
    socket.once("data", (first: Buffer) => {
      socket.off("error", destroy);
      socket.pause();
      socket.unshift(first);
      const server = first[0] === handshakeRecord ? secure : plain;
      server.emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
}

function destroy(this: Socket): void {
  this.destroy();
}
