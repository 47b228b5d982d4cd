// Opens many connections that stay idle. `{ open: count }` and "close" are told when they are done.
//   node crowd-client.mjs <url>
// Every connection has said one thing and got it back: what a server keeps from then on is counted.
import process from "node:process";
import { WebSocket } from "ws";

const url = process.argv[2];
/** Handshakes under way at a time; fewer than a listener's backlog. */
const atOnce = 100;
let sockets = [];
process.send("ready");

process.on("message", async (request) => {
  if (request === "close") {
    await Promise.all(sockets.map(close));
    sockets = [];
  } else {
    for (let count = 0; count < request.open; count += atOnce) {
      const batch = Math.min(atOnce, request.open - count);
      sockets.push(...(await Promise.all(Array.from({ length: batch }, open))));
    }
  }
  process.send("done");
});
process.on("disconnect", () => process.exit(0));

function open() {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => socket.send("hello"));
    socket.once("message", () => resolve(socket));
  });
}

function close(socket) {
  return new Promise((resolve) => {
    socket.once("close", resolve);
    socket.close();
  });
}
