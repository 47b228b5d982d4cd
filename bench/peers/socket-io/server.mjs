// Everybody joins one room; "go" makes the server emit to it.
import process from "node:process";
import { Server } from "socket.io";

const server = new Server(Number(process.env.PORT), {
  transports: ["websocket"],
  perMessageDeflate: false,
});
server.on("connection", (socket) => {
  void socket.join("crowd");
  socket.on("go", () => server.to("crowd").emit("m", "fan-out"));
});
