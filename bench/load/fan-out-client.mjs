// Holds many connections; "go" tells milliseconds from the request until the last of them has its message.
//   node fan-out-client.mjs <url> <connections>
import process from "node:process";
import { openRawSocket, textFrame } from "./raw-socket.mjs";

const url = process.argv[2];
const connectionCount = Number(process.argv[3]);
const [hello, go] = [textFrame("hello"), textFrame("go")];

let missing = 0;
let onComplete = () => {};
const sockets = [];
// One after another, so that one environment of the function knows them all.
for (let count = 0; count < connectionCount; count++) sockets.push(await join());
process.send("ready");

process.on("message", () => {
  const startedAt = performance.now();
  missing = connectionCount;
  onComplete = () => process.send(performance.now() - startedAt);
  sockets[0].write(go);
});
process.on("disconnect", () => process.exit(0));

/** Resolves once the server has answered "joined". */
async function join() {
  let onJoined;
  const joined = new Promise((resolve) => (onJoined = resolve));
  const socket = await openRawSocket(url, () => {
    if (onJoined !== null) {
      onJoined();
      onJoined = null;
    } else if (--missing === 0) onComplete();
  });
  socket.write(hello);
  await joined;
  return socket;
}
