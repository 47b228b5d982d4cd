// Holds many connections; "go" tells milliseconds from the request until the last of them has its message.
//   node fan-out-client.mjs <url> <connections>
// It reads the bytes of plain sockets: a client that parses frames is busier than the server it measures.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import process from "node:process";

const url = new URL(process.argv[2]);
const connectionCount = Number(process.argv[3]);
/** What the server sends, as unmasked frames: two bytes of header and the text. */
const [joinedBytes, fanOutBytes] = ["joined", "fan-out"].map((text) => 2 + text.length);

let missing = 0;
let onComplete = () => {};
const sockets = [];
// One after another, so that one environment of the function knows them all.
for (let count = 0; count < connectionCount; count++) sockets.push(await join());
process.send("ready");

process.on("message", () => {
  const startedAt = performance.now();
  missing = connectionCount * fanOutBytes;
  onComplete = () => process.send(performance.now() - startedAt);
  sockets[0].write(textFrame("go"));
});
process.on("disconnect", () => process.exit(0));

function join() {
  const socket = connect(Number(url.port), url.hostname);
  socket.setNoDelay(true);
  socket.write(
    `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    let isOpen = false;
    let given = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      if (given !== null) {
        given += chunk.toString("latin1");
        const end = given.indexOf("\r\n\r\n");
        if (end === -1) return;
        if (!isOpen) {
          if (!given.startsWith("HTTP/1.1 101")) reject(new Error(given));
          isOpen = true;
          socket.write(textFrame("hello"));
        }
        if (given.length - end - 4 < joinedBytes) return;
        given = null;
        resolve(socket);
        return;
      }
      missing -= chunk.length;
      if (missing === 0) onComplete();
    });
  });
}

/** A masked frame; the mask is all zeros, which is one as good as any. */
function textFrame(text) {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
