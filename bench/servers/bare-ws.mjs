// The measure of all things: a bare `ws` server that sends back what it gets.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}` }));
process.on("message", () => {
  globalThis.gc?.();
  process.send({ memory: process.memoryUsage() });
});
process.on("disconnect", () => process.exit(0));
