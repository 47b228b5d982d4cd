// Connections that send messages of 128 KB as fast as the server reads them. "flood" is answered when
// no socket could send more for a while: the server reads no further.
//   node flood-client.mjs <url> <connections>
import process from "node:process";
import { randomBytes } from "node:crypto";
import { openRawSocket } from "./raw-socket.mjs";

const [url, connectionCount] = [process.argv[2], Number(process.argv[3])];
const frameBytes = 32 * 1024;
const framesPerMessage = 4;
const message = Buffer.concat(
  Array.from({ length: framesPerMessage }, (_, index) =>
    frameOf(index === 0 ? 1 : 0, index === framesPerMessage - 1),
  ),
);
const quietMs = 1_500;

let lastSentAt = performance.now();
const sockets = await Promise.all(
  Array.from({ length: connectionCount }, () => openRawSocket(url, () => undefined)),
);
process.send("ready");

process.on("message", () => {
  for (const { write } of sockets) flood(write);
  const timer = setInterval(() => {
    if (performance.now() - lastSentAt < quietMs) return;
    clearInterval(timer);
    process.send("done");
  }, 100);
});
process.on("disconnect", () => process.exit(0));

function flood(write) {
  write(message, () => {
    lastSentAt = performance.now();
    flood(write);
  });
}

/** A frame of text as clients send it, whole or a part of a message. */
function frameOf(opcode, isLast) {
  const mask = randomBytes(4);
  const frame = Buffer.alloc(8 + frameBytes, "x");
  frame[0] = opcode | (isLast ? 0x80 : 0);
  frame[1] = 0x80 | 126;
  frame.writeUInt16BE(frameBytes, 2);
  mask.copy(frame, 4);
  for (let index = 0; index < frameBytes; index++) frame[8 + index] ^= mask[index % 4];
  return frame;
}
