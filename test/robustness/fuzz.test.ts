// Input no client should send, against a runtime in a process of its own: the answers RFC 6455 asks
// for, never a crash, and a healthy connection that does not notice.
//   ARCLET_FUZZ_SEED     repeats a run
//   ARCLET_FUZZ_ROUNDS   random rounds of each kind, 150 unless told
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { accept, echo } from "./echo-functions.ts";
import { closePayload, encodeFrame, opcodes, type Frame } from "./frames.ts";
import { malformedUpgrade } from "./malformed-upgrade.ts";
import { RawClient } from "./raw-client.ts";
import { expectedOutcome } from "./rfc6455-model.ts";
import { SeededRandom, seedOf } from "./seeded-random.ts";
import { ServerProcess } from "./server-process.ts";

const limits = { frameBytes: 32_768, messageBytes: 131_072 };
const rounds = Number(process.env["ARCLET_FUZZ_ROUNDS"] ?? 150);
const random = new SeededRandom(seedOf("ARCLET_FUZZ_SEED"));

let server: ServerProcess;
let healthy: WebSocket;
let echoes = 0;

async function echoOf(socket: WebSocket, text: string): Promise<string> {
  const answer = once(socket, "message");
  socket.send(text);
  const [data]: unknown[] = await answer;
  return String(data);
}

/** The connection that was open all along still works. */
async function expectHealthy(): Promise<void> {
  if (!server.isAlive) throw new Error(`the server died\n${server.output}`);
  const text = `healthy ${echoes++}`;
  expect(await echoOf(healthy, text)).toBe(text);
}

beforeAll(async () => {
  server = await ServerProcess.start({
    functions: { "ws/connect": accept, "ws/default": echo, "ws/disconnect": accept },
    limits: { connectionsPerSecond: Infinity },
  });
  healthy = new WebSocket(server.webSocketUrl);
  await once(healthy, "open");
});

afterAll(async () => {
  healthy.terminate();
  await server[Symbol.asyncDispose]();
});

describe("a malformed upgrade", () => {
  test(`is refused with an HTTP error or a closed socket, ${rounds} random ones`, async () => {
    const wrong: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const attempt = malformedUpgrade(random, server.port);
      using client = await RawClient.connect(server.port);
      client.send(attempt.bytes);
      if (attempt.isComplete) {
        const head = (await client.responseHead()) ?? "hung up";
        if (!/^(hung up|HTTP\/1\.1 [2-5]\d\d )/.test(head))
          wrong.push(`${attempt.mistake}: ${head}`);
      }
      await expectHealthy();
    }
    expect(wrong).toEqual([]);
  });

  test("with a wrong version receives the right one", async () => {
    using client = await RawClient.connect(server.port);
    client.send(
      `GET / HTTP/1.1\r\nHost: localhost:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 9\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    // RFC 6455, 4.2.2: the answer to an unsupported version names those that are.
    const head = await client.responseHead();
    expect(head).toMatch(/^HTTP\/1\.1 4(00|26) /);
    expect(head).toMatch(/\r\nsec-websocket-version: [^\r]*13/i);
  });

  test("that sends frames right behind a good request loses none of them", async () => {
    using client = await RawClient.connect(server.port);
    client.send(
      Buffer.concat([
        Buffer.from(
          `GET / HTTP/1.1\r\nHost: localhost:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        ),
        encodeFrame({ opcode: opcodes.text, payload: "early" }),
      ]),
    );
    expect(await client.responseHead()).toMatch(/^HTTP\/1\.1 101 /);
    expect(await client.message()).toBe("early");
  });

  test("left half-open by hundreds of clients does not keep others out", async () => {
    const halves = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const client = await RawClient.connect(server.port);
        client.send(`GET / HTTP/1.1\r\nHost: localhost:${server.port}\r\nUpgrade: webso`);
        return client;
      }),
    );
    using fresh = await RawClient.upgrade(server.port);
    fresh.send(encodeFrame({ opcode: opcodes.text, payload: "fresh" }));
    expect(await fresh.message()).toBe("fresh");
    for (const half of halves) half[Symbol.dispose]();
    await expectHealthy();
  });
});

const invalidUtf8 = Buffer.from([0xce, 0xba, 0xed, 0xa0, 0x80, 0x65]);
const text = (payload: Buffer | string, fin = true): Frame => ({
  opcode: opcodes.text,
  payload,
  fin,
});
const more = (payload: Buffer | string, fin = true): Frame => ({
  opcode: opcodes.continuation,
  payload,
  fin,
});

const violations: readonly (readonly [string, number, readonly Frame[]])[] = [
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode) => [`reserved opcode ${opcode}`, 1002, [{ opcode }]] as const,
  ),
  ...[1, 2, 3, 4, 5, 6, 7].map(
    (rsv) => [`reserved bits ${rsv}`, 1002, [{ ...text("x"), rsv }]] as const,
  ),
  ["a text frame without a mask", 1002, [{ ...text("x"), masked: false }]],
  ["a ping without a mask", 1002, [{ opcode: opcodes.ping, masked: false }]],
  ["a fragmented ping", 1002, [{ opcode: opcodes.ping, fin: false }]],
  ["a fragmented pong", 1002, [{ opcode: opcodes.pong, fin: false }]],
  ["a fragmented close", 1002, [{ opcode: opcodes.close, fin: false }]],
  ["a ping of 126 bytes", 1002, [{ opcode: opcodes.ping, payload: Buffer.alloc(126) }]],
  [
    "a close of 126 bytes",
    1002,
    [{ opcode: opcodes.close, payload: closePayload(1000, "x".repeat(124)) }],
  ],
  ["a continuation of nothing", 1002, [more("x")]],
  ["a message inside a message", 1002, [text("a", false), text("b")]],
  ["text that is not UTF-8", 1007, [text(invalidUtf8)]],
  [
    "text that is not UTF-8 over two frames",
    1007,
    [text(invalidUtf8.subarray(0, 3), false), more(invalidUtf8.subarray(3))],
  ],
  ["text cut within a character", 1007, [text(Buffer.from([0xe2, 0x82]))]],
  ["a close payload of one byte", 1002, [{ opcode: opcodes.close, payload: Buffer.from([3]) }]],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code) =>
      [
        `close code ${code}`,
        1002,
        [{ opcode: opcodes.close, payload: closePayload(code) }],
      ] as const,
  ),
  [
    "a close reason that is not UTF-8",
    1007,
    [{ opcode: opcodes.close, payload: closePayload(1000, invalidUtf8) }],
  ],
  ["a frame one byte over 32 KB", 1009, [text("x".repeat(limits.frameBytes + 1))]],
  [
    "a message one byte over 128 KB",
    1009,
    [
      text("x".repeat(limits.frameBytes), false),
      more("x".repeat(limits.frameBytes), false),
      more("x".repeat(limits.frameBytes), false),
      more("x".repeat(limits.frameBytes), false),
      more("x"),
    ],
  ],
  ["a frame that claims 4 GB", 1009, [{ ...text(""), claimedLength: 4_294_967_296n }]],
  ["a frame that claims 2^62 bytes", 1009, [{ ...text(""), claimedLength: 1n << 62n }]],
  ["binary", 1003, [{ opcode: opcodes.binary, payload: Buffer.from([0, 255]) }]],
];

describe("a frame that breaks the protocol closes with its code", () => {
  test.each(violations)("%s: %d", async (_name, code, frames) => {
    using client = await RawClient.upgrade(server.port);
    client.send(Buffer.concat(frames.map(encodeFrame)));
    expect(await client.closeCode()).toBe(code);
    // RFC 6455, 7.1.1: the server is the one to close the TCP connection.
    await client.closed;
    await expectHealthy();
  });

  test("a length with its highest bit set: closed, with 1002 or 1009", async () => {
    using client = await RawClient.upgrade(server.port);
    client.send(encodeFrame({ ...text(""), claimedLength: 1n << 63n }));
    expect([1002, 1009]).toContain(await client.closeCode());
    await expectHealthy();
  });

  test("a frame of exactly 32 KB and a message of exactly 128 KB are no mistakes", async () => {
    using client = await RawClient.upgrade(server.port);
    const part = "y".repeat(limits.frameBytes);
    client.send(encodeFrame(text(part)));
    expect(await client.message()).toBe(part);
    client.send(
      Buffer.concat(
        [text(part, false), more(part, false), more(part, false), more(part)].map(encodeFrame),
      ),
    );
    expect(await client.message()).toBe(part.repeat(4));
  });
});

const payloads = {
  ascii: () => Buffer.from("a".repeat(random.below(40))),
  utf8: () => Buffer.from("κόσμε €😀".slice(0, random.below(9))),
  octets: () => random.bytes(random.below(40)),
  long: () => Buffer.alloc(random.pick([125, 126, 127, 5_000, 32_768, 32_769]), "z"),
};

function randomFrame(isInMessage: boolean): Frame {
  const isSane = random.chance(0.8);
  const sane = isInMessage
    ? random.pick([opcodes.continuation, opcodes.ping, opcodes.pong])
    : random.pick([opcodes.text, opcodes.text, opcodes.ping, opcodes.pong]);
  const opcode = isSane ? sane : random.below(16);
  const kind = random.pick(["ascii", "ascii", "utf8", "octets", "long"] as const);
  const payload = payloads[kind]();
  return {
    opcode,
    payload: opcode >= 8 && isSane ? payload.subarray(0, 125) : payload,
    fin: opcode >= 8 ? !random.chance(0.05) : !random.chance(0.4),
    rsv: random.chance(0.05) ? random.below(8) : 0,
    masked: !random.chance(0.03),
  };
}

/** Cuts bytes at random places and hands the pieces to the socket one by one. */
async function sendChopped(client: RawClient, bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const size = 1 + random.below(Math.min(rest.length, 2_000));
    client.send(rest.subarray(0, size));
    rest = rest.subarray(size);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test(`random rows of frames end as a model of RFC 6455 says, ${rounds} rows`, async () => {
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const frames: Frame[] = [];
    for (let count = 1 + random.below(8); count > 0; count--) {
      frames.push(randomFrame(expectedOutcome(frames, limits).isOpenEnded));
    }
    const outcome = expectedOutcome(frames, limits);
    const shown = JSON.stringify(
      frames.map((frame) => ({
        ...frame,
        payload: Buffer.from(frame.payload ?? "")
          .toString("hex")
          .slice(0, 80),
      })),
    );
    using client = await RawClient.upgrade(server.port);
    // A good close behind them: what was not closed for a mistake is closed for this.
    const all = [...frames, { opcode: opcodes.close, payload: closePayload(1000) }];
    await sendChopped(client, Buffer.concat(all.map(encodeFrame)));
    const expected = new Set([...outcome.closeCodes, ...expectedOutcome(all, limits).closeCodes]);
    // Frame lengths are read before what is in the frames: a later frame over the limit may be
    // told before an earlier mistake that came in the same piece.
    if (frames.some(({ payload }) => Buffer.from(payload ?? "").length > limits.frameBytes)) {
      expected.add(1009);
    }
    const code = await client.closeCode();
    if (!expected.has(code)) wrong.push(`${code} for one of ${[...expected].join()}: ${shown}`);
    await client.closed;
    await expectHealthy();
  }
  expect(wrong).toEqual([]);
});

test(`random rows of good frames are all echoed and every ping has its pong, ${rounds} rows`, async () => {
  for (let round = 0; round < rounds; round++) {
    const sent: string[] = [];
    const frames: Frame[] = [];
    const pings: string[] = [];
    for (let count = 1 + random.below(5); count > 0; count--) {
      const message = Buffer.from(`${round}.${count} ${"κόσμε 😀 ".repeat(random.below(300))}`);
      sent.push(message.toString());
      let from = 0;
      while (from < message.length) {
        const to = Math.min(message.length, from + 1 + random.below(4_000));
        const part = message.subarray(from, to);
        frames.push(
          from === 0 ? text(part, to === message.length) : more(part, to === message.length),
        );
        if (random.chance(0.3)) {
          const payload = `${round} ${pings.length}`;
          pings.push(payload);
          frames.push({ opcode: opcodes.ping, payload });
        }
        from = to;
      }
    }
    using client = await RawClient.upgrade(server.port);
    await sendChopped(client, Buffer.concat(frames.map(encodeFrame)));
    const pongs: string[] = [];
    const received: string[] = [];
    let open = "";
    while (pongs.length < pings.length || received.length < sent.length) {
      const frame = await client.frame();
      if (frame === null || frame.opcode === opcodes.close)
        throw new Error(`closed in round ${round}`);
      if (frame.opcode === opcodes.pong) pongs.push(frame.payload.toString());
      else if (frame.opcode <= opcodes.binary) {
        open += frame.payload.toString("latin1");
        if (frame.fin) {
          received.push(Buffer.from(open, "latin1").toString());
          open = "";
        }
      }
    }
    // Invocations of one connection run side by side, as on AWS: their answers may overtake.
    expect(received.toSorted()).toEqual(sent.toSorted());
    expect(pongs).toEqual(pings);
  }
});

test(`random bytes on an open connection end it or leave it waiting, ${rounds} times`, async () => {
  for (let round = 0; round < rounds; round++) {
    using client = await RawClient.upgrade(server.port);
    client.send(random.bytes(1 + random.below(300)));
    client.socket.end();
    // 1006: the bytes were the beginning of a frame that never ended.
    expect([1000, 1002, 1003, 1005, 1006, 1007, 1009]).toContain(await client.closeCode());
    await client.closed;
    if (round % 10 === 0) await expectHealthy();
  }
});

test("connections cut anywhere in a frame end with $disconnect and nothing else", async () => {
  const whole = encodeFrame(text("cut me somewhere in the middle of this"));
  for (let cut = 0; cut < whole.length; cut++) {
    using client = await RawClient.upgrade(server.port);
    client.send(whole.subarray(0, cut));
    client.socket.resetAndDestroy();
  }
  expect(await echoOf(healthy, "after the cuts")).toBe("after the cuts");
});

test("none of this was a bug to the runtime or made it print", async () => {
  expect((await server.report()).bugs).toEqual([]);
  expect(server.output).toBe("");
});
