import type { SeededRandom } from "./seeded-random.ts";

export interface MalformedUpgrade {
  /** What is wrong, for the failure message. */
  readonly mistake: string;
  readonly bytes: Buffer;
  /** The request is whole, so that an answer (or the end of the socket) is due. */
  readonly isComplete: boolean;
}

interface Request {
  line: string;
  headers: string[];
  newline: string;
}

const key = "dGhlIHNhbXBsZSBub25jZQ==";

type Mistake = readonly [name: string, apply: (request: Request, random: SeededRandom) => void];

function replace(request: Request, name: string, ...headers: string[]): void {
  request.headers = request.headers.filter(
    (header) => !header.toLowerCase().startsWith(`${name.toLowerCase()}:`),
  );
  request.headers.push(...headers);
}

/** Each alone makes a request that must not be upgraded. */
const mistakes: readonly [Mistake, ...Mistake[]] = [
  ["method POST", (request) => (request.line = "POST / HTTP/1.1")],
  ["an invented method", (request) => (request.line = "FROB / HTTP/1.1")],
  ["HTTP/1.0", (request) => (request.line = "GET / HTTP/1.0")],
  ["HTTP/9.9", (request) => (request.line = "GET / HTTP/9.9")],
  ["no HTTP version", (request) => (request.line = "GET /")],
  ["a path with a space", (request) => (request.line = "GET /a b HTTP/1.1")],
  ["an empty request line", (request) => (request.line = " ")],
  ["control bytes in the line", (request) => (request.line = "GET /\u0000\u0007 HTTP/1.1")],
  ["no key", (request) => replace(request, "Sec-WebSocket-Key")],
  ["a short key", (request) => replace(request, "Sec-WebSocket-Key", "Sec-WebSocket-Key: YWJj")],
  [
    "a key that is no base64",
    (request) =>
      replace(request, "Sec-WebSocket-Key", "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="),
  ],
  [
    "two keys",
    (request) =>
      replace(
        request,
        "Sec-WebSocket-Key",
        `Sec-WebSocket-Key: ${key}`,
        `Sec-WebSocket-Key: ${key}`,
      ),
  ],
  ["no version", (request) => replace(request, "Sec-WebSocket-Version")],
  [
    "another version",
    (request, random) =>
      replace(
        request,
        "Sec-WebSocket-Version",
        `Sec-WebSocket-Version: ${random.pick(["0", "7", "14", "99", "-13", "13.0", "thirteen", ""])}`,
      ),
  ],
  ["no Upgrade", (request) => replace(request, "Upgrade")],
  ["another Upgrade", (request) => replace(request, "Upgrade", "Upgrade: h2c")],
  ["no Connection", (request) => replace(request, "Connection")],
  ["no Host", (request) => replace(request, "Host")],
  ["a header without a colon", (request) => request.headers.push("this is no header")],
  ["a header name with spaces", (request) => request.headers.push("X Y Z: 1")],
  ["NUL in a header", (request) => request.headers.push("X-Nul: a\u0000b")],
  ["a bare CR in a header", (request) => request.headers.push("X-Cr: a\rb")],
  ["64 KB of one header", (request) => request.headers.push(`X-Big: ${"b".repeat(65_536)}`)],
  [
    "thousands of headers",
    (request) =>
      request.headers.push(...Array.from({ length: 4_000 }, (_, index) => `X-${index}: ${index}`)),
  ],
  ["a path of 64 KB", (request) => (request.line = `GET /${"p".repeat(65_536)} HTTP/1.1`)],
  [
    "two content lengths",
    (request) => request.headers.push("Content-Length: 1", "Content-Length: 2"),
  ],
  [
    "length and chunks at once",
    (request) => request.headers.push("Content-Length: 5", "Transfer-Encoding: chunked"),
  ],
];

/** Bytes that are no HTTP at all. */
const foreign: readonly [string, ...string[]] = [
  "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n",
  "SSH-2.0-OpenSSH_9.6\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  '{"jsonrpc":"2.0"}\r\n\r\n',
  "\r\n\r\n\r\n\r\nx\r\n\r\n",
];

/** A request that must not become a WebSocket, chosen by chance. */
export function malformedUpgrade(random: SeededRandom, port: number): MalformedUpgrade {
  const dice = random.next();
  if (dice < 0.05) {
    const text = random.pick(foreign);
    return { mistake: text, bytes: Buffer.from(text, "latin1"), isComplete: true };
  }
  const request: Request = {
    line: "GET / HTTP/1.1",
    headers: [
      `Host: localhost:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${key}`,
    ],
    newline: "\r\n",
  };
  if (dice < 0.15) {
    const bytes = Buffer.from(`${request.line}\r\n${request.headers.join("\r\n")}\r\n`, "latin1");
    const cut = 1 + random.below(bytes.length - 1);
    return { mistake: `cut after ${cut} bytes`, bytes: bytes.subarray(0, cut), isComplete: false };
  }
  if (dice < 0.25) {
    const noise = random.bytes(1 + random.below(500));
    return {
      mistake: `noise ${noise.toString("hex")}`,
      bytes: Buffer.concat([noise, Buffer.from("\r\n\r\n")]),
      isComplete: false,
    };
  }
  const chosen = new Set([random.pick(mistakes)]);
  while (random.chance(0.3)) chosen.add(random.pick(mistakes));
  for (const [, apply] of chosen) apply(request, random);
  const head = [request.line, ...request.headers, "", ""].join(request.newline);
  const behind = random.chance(0.3) ? random.bytes(random.below(200)) : Buffer.alloc(0);
  return {
    mistake: [...chosen].map(([name]) => name).join(" and "),
    bytes: Buffer.concat([Buffer.from(head, "latin1"), behind]),
    isComplete: true,
  };
}
