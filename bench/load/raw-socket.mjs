// A WebSocket client that costs little beside what it measures: its frames are made once, and it reads
// into one buffer. It knows no more of the protocol than echoing needs.
import { connect } from "node:net";
import { randomBytes } from "node:crypto";

const endOfHead = "\r\n\r\n";
/** Of all sockets: what was read is taken before the next one is. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/**
 * Opens a connection. Resolves `{ write, destroy }`; `onFrame(length)` hears of every message that
 * came in as one frame, with the bytes of its payload.
 */
export function openRawSocket(url, onFrame) {
  const { hostname, port, host, pathname, search } = new URL(url);
  const reader = createFrameReader(onFrame);
  return new Promise((resolve, reject) => {
    let head = "";
    let isOpen = false;
    const onOpen = (rest) => {
      const status = head.split("\r\n", 1)[0];
      if (!status.includes(" 101 ")) {
        reject(new Error(`${url} answered ${status}`));
        return;
      }
      isOpen = true;
      resolve({
        write: (frame, onSent) => socket.write(frame, onSent),
        destroy: () => socket.destroy(),
      });
      if (rest.length > 0) reader(rest, rest.length);
    };
    const socket = connect({
      // Names below localhost are loopback, which not every resolver knows.
      host: hostname.endsWith(".localhost") ? "127.0.0.1" : hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length, buffer) => {
          if (isOpen) {
            reader(buffer, length);
            return true;
          }
          const chunk = buffer.latin1Slice(0, length);
          const end = (head + chunk).indexOf(endOfHead);
          head += chunk;
          if (end !== -1) onOpen(Buffer.from(head.slice(end + endOfHead.length), "latin1"));
          return true;
        },
      },
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`${url} closed the connection`)));
    socket.write(
      [
        `GET ${pathname}${search} HTTP/1.1`,
        `Host: ${host}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        "Sec-WebSocket-Version: 13",
      ].join("\r\n") + endOfHead,
    );
  });
}

/** A text frame as clients send it. The mask is constant: no proxy is to be protected here. */
export function textFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new RangeError("frames of 125 bytes at most are made here");
  const mask = randomBytes(4);
  return Buffer.concat([
    Buffer.from([0x81, 0x80 | payload.length]),
    mask,
    payload.map((byte, index) => byte ^ mask[index % 4]),
  ]);
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2, of frames that servers send: without a mask. */
function createFrameReader(onFrame) {
  let header = 0;
  let opcode = 0;
  let length = 0;
  let extended = 0;
  let left = 0;
  return (buffer, end) => {
    let position = 0;
    while (position < end) {
      if (header === 0) {
        opcode = buffer[position++] & 0x0f;
        header = 1;
      } else if (header === 1) {
        length = buffer[position++] & 0x7f;
        extended = length < 126 ? 0 : length === 126 ? 2 : 8;
        if (extended > 0) length = 0;
        header = 2;
        left = length;
      } else if (extended > 0) {
        length = length * 256 + buffer[position++];
        extended--;
        left = length;
      } else {
        const step = Math.min(left, end - position);
        position += step;
        left -= step;
      }
      if (header === 2 && extended === 0 && left === 0) {
        header = 0;
        if (opcode === 1 || opcode === 2) onFrame(length);
      }
    }
  };
}
