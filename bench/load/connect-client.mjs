// Opens sockets one after the other on so many lanes, from a process of its own, and lets each go when it
// is open. Prints one JSON line: sockets and seconds.
//   node connect-client.mjs <url> <lanes> <seconds>
import process from "node:process";
import { openRawSocket } from "./raw-socket.mjs";

const [url, laneCount, seconds] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
const warmUpMs = 500;
let counting = false;
let sockets = 0;

setTimeout(() => {
  counting = true;
}, warmUpMs);
const startedAt = performance.now();
const endsAt = startedAt + warmUpMs + seconds * 1000;
await Promise.all(Array.from({ length: laneCount }, openAll));
const elapsed = (performance.now() - startedAt - warmUpMs) / 1000;
console.log(JSON.stringify({ sockets, seconds: elapsed }));

async function openAll() {
  while (performance.now() < endsAt) {
    const { destroy } = await openRawSocket(url, () => {});
    if (counting) sockets++;
    destroy();
  }
}
