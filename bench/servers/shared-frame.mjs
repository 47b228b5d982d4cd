// The least that a message to a room costs Node.js: a TCP server writes one frame, made once, to everybody.
// It knows no more of the protocol than the benchmark's client needs.
import { createHash } from "node:crypto";
import { createServer } from "node:net";

const [joined, message] = ["joined", "fan-out"].map((text) =>
  Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]),
);
const sockets = new Set();
const server = createServer({ noDelay: true }, (socket) => {
  socket.once("data", (head) => {
    const key = /^Sec-WebSocket-Key: (.*)$/im.exec(head.toString("latin1"))?.[1]?.trim() ?? "";
    const accept = createHash("sha1")
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    sockets.add(socket);
    socket.on("data", (frame) => {
      // "go" has two bytes of payload, behind the header and the mask.
      if ((frame[1] & 0x7f) === 2) for (const one of sockets) one.write(message);
      else socket.write(joined);
    });
  });
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
});
server.listen(0, "127.0.0.1", () => {
  process.send({ url: `ws://127.0.0.1:${server.address().port}` });
});
process.on("disconnect", () => process.exit(0));
