// A bare `ws` server: "go" makes it send to everybody who is there, anything else is answered "joined".
import { WebSocketServer } from "ws";

const go = Buffer.from("go");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("message", (/** @type {Buffer} */ data) => {
    if (!data.equals(go)) {
      socket.send("joined");
      return;
    }
    for (const client of server.clients) client.send("fan-out");
  });
});
server.on("listening", () => process.send({ url: `ws://127.0.0.1:${server.address().port}` }));
process.on("disconnect", () => process.exit(0));
