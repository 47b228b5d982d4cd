// One echo after the other through the WebSocket client that users of Node.js have, from a process of its
// own. Prints one JSON line: median latency in µs.
//   node latency-client.mjs <url> <seconds>
import { once } from "node:events";
import process from "node:process";
import { WebSocket } from "ws";

const [url, seconds] = [process.argv[2], Number(process.argv[3])];
const body = JSON.stringify({ action: "echo", text: "hello from the benchmark" });
const warmUpMs = 700;

const socket = new WebSocket(url, { perMessageDeflate: false });
await once(socket, "open");
const startedAt = performance.now();
const latencies = [];
for (;;) {
  const sentAt = performance.now();
  const elapsed = sentAt - startedAt;
  if (elapsed > warmUpMs + seconds * 1000) break;
  socket.send(body);
  const [data] = await once(socket, "message");
  if (String(data) !== body) throw new Error(`no echo: ${data}`);
  if (elapsed > warmUpMs) latencies.push((performance.now() - sentAt) * 1000);
}
socket.terminate();
latencies.sort((a, b) => a - b);
console.log(JSON.stringify({ medianUs: latencies[Math.floor(latencies.length / 2)] }));
