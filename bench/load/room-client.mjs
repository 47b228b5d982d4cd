// Holds many connections of one room; "go" tells milliseconds until the last of them has its message.
//   node room-client.mjs <url> <connections> <plain | socket.io>
import process from "node:process";
import { openRawSocket, textFrame } from "./raw-socket.mjs";

const [url, connectionCount, protocol] = [
  process.argv[2],
  Number(process.argv[3]),
  process.argv[4],
];
/** Socket.IO greets and confirms, each with a packet. https://socket.io/docs/v4/socket-io-protocol/ */
const isSocketIo = protocol === "socket.io";
const greetings = isSocketIo ? 2 : 1;
const hello = textFrame(isSocketIo ? "40" : "hello");
const go = textFrame(isSocketIo ? '42["go"]' : "go");

let missing = 0;
let onComplete = () => {};
const sockets = [];
for (let count = 0; count < connectionCount; count++) sockets.push(await join());
process.send("ready");

process.on("message", () => {
  const startedAt = performance.now();
  missing = connectionCount;
  onComplete = () => process.send(performance.now() - startedAt);
  sockets[0].write(go);
});
process.on("disconnect", () => process.exit(0));

/** Resolves once the server has let it into the room. */
async function join() {
  let greeted = 0;
  let onJoined = () => {};
  const joined = new Promise((resolve) => (onJoined = resolve));
  const socket = await openRawSocket(url, () => {
    if (greeted < greetings) {
      if (++greeted === greetings) onJoined();
    } else if (--missing === 0) onComplete();
  });
  socket.write(hello);
  await joined;
  return socket;
}
