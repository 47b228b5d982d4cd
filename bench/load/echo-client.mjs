// Drives an echo server from a process of its own: every connection sends its next message when the
// last one came back. Prints one JSON line: messages, seconds, median and 99th percentile latency in µs.
//   node echo-client.mjs <url> <connections> <seconds>
import process from "node:process";
import { WebSocket } from "ws";

const [url, connectionCount, seconds] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
const body = JSON.stringify({ action: "echo", text: "hello from the benchmark" });
const warmUpMs = 700;

const sockets = await Promise.all(
  Array.from({ length: connectionCount }, () => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(socket));
      socket.once("error", reject);
    });
  }),
);

let counting = false;
let running = true;
let messages = 0;
const latencies = [];
for (const socket of sockets) {
  let sentAt = 0n;
  const send = () => {
    sentAt = process.hrtime.bigint();
    socket.send(body);
  };
  socket.on("message", () => {
    if (counting) {
      messages++;
      if (connectionCount === 1 || messages % 16 === 0) {
        latencies.push(Number(process.hrtime.bigint() - sentAt) / 1000);
      }
    }
    if (running) send();
  });
  send();
}

setTimeout(() => {
  counting = true;
  const startedAt = performance.now();
  setTimeout(() => {
    counting = false;
    running = false;
    const elapsed = (performance.now() - startedAt) / 1000;
    latencies.sort((a, b) => a - b);
    const at = (part) => latencies[Math.floor(latencies.length * part)] ?? null;
    console.log(JSON.stringify({ messages, seconds: elapsed, medianUs: at(0.5), p99Us: at(0.99) }));
    for (const socket of sockets) socket.terminate();
  }, seconds * 1000);
}, warmUpMs);
