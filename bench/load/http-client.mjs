// Drives an HTTP server from a process of its own: every connection sends its next request when the last
// one is answered. Prints one JSON line: responses and seconds.
//   node http-client.mjs <url> <connections> <seconds>
import { connect } from "node:net";
import process from "node:process";

const [url, connectionCount, seconds] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
const { hostname, port, host, pathname } = new URL(url);
const request = Buffer.from(
  `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n`,
);
const warmUpMs = 500;
const endOfHead = "\r\n\r\n";

let counting = false;
let responses = 0;
const sockets = Array.from({ length: connectionCount }, open);

setTimeout(() => {
  counting = true;
  const startedAt = performance.now();
  setTimeout(() => {
    const elapsed = (performance.now() - startedAt) / 1000;
    console.log(JSON.stringify({ responses, seconds: elapsed }));
    for (const socket of sockets) socket.destroy();
  }, seconds * 1000);
}, warmUpMs);

function open() {
  let head = "";
  let left = -1;
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: Buffer.allocUnsafe(64 * 1024), callback: read },
  });
  socket.on("error", (error) => {
    throw error;
  });
  socket.write(request);
  return socket;

  function read(length, buffer) {
    let position = 0;
    if (left === -1) {
      head += buffer.latin1Slice(0, length);
      const end = head.indexOf(endOfHead);
      if (end === -1) return true;
      if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`${url} answered ${head}`);
      left = Number(/\r\ncontent-length: (\d+)/i.exec(head)[1]);
      position = length - (head.length - end - endOfHead.length);
      head = "";
    }
    left -= length - position;
    if (left > 0) return true;
    left = -1;
    if (counting) responses++;
    socket.write(request);
    return true;
  }
}
