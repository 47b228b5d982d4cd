// Drives an echo server from a process of its own: every connection sends its next message when the
// last one came back. Prints one JSON line: messages, seconds, and microseconds of CPU time or null.
//   node echo-client.mjs <url> <connections> <seconds> [pid of the server: its CPU time is measured too]
import process from "node:process";
import { cpuMicroseconds } from "./cpu-time.mjs";
import { openRawSocket, textFrame } from "./raw-socket.mjs";

const [url, connectionCount, seconds] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
const pid = process.argv[5] === undefined ? null : Number(process.argv[5]);
const body = JSON.stringify({ action: "echo", text: "hello from the benchmark" });
const frame = textFrame(body);
const warmUpMs = 700;
/** What is still in work at the end would be in the way of whoever is measured next. */
const patienceMs = 10_000;

let counting = false;
let running = true;
let messages = 0;
let unanswered = connectionCount;
const sockets = await Promise.all(Array.from({ length: connectionCount }, openEcho));
for (const { send } of sockets) send();

setTimeout(() => {
  counting = true;
  const cpuBefore = cpuMicroseconds(pid);
  const startedAt = performance.now();
  setTimeout(() => {
    counting = false;
    running = false;
    const elapsed = (performance.now() - startedAt) / 1000;
    const cpuAfter = cpuMicroseconds(pid);
    const cpuUs = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    console.log(JSON.stringify({ messages, seconds: elapsed, cpuUs }));
    setTimeout(destroyAll, patienceMs).unref();
  }, seconds * 1000);
}, warmUpMs);

async function openEcho() {
  const send = () => socket.write(frame);
  const socket = await openRawSocket(url, (length) => {
    // What comes back instead, such as an error, is no echo.
    if (counting && length === body.length) messages++;
    if (running) send();
    else if (--unanswered === 0) destroyAll();
  });
  return { send, destroy: socket.destroy };
}

function destroyAll() {
  for (const socket of sockets) socket.destroy();
}
