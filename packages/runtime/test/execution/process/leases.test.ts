import { expect, test } from "vitest";
import { Lease, type LeasedConnection } from "../../../src/connections/leases.ts";
import { createProcessStrategy } from "../../../src/execution/process/strategy.ts";
import { frameInPlace } from "../../../src/gateway/websocket/message-frames.ts";
import { runFunction } from "../harness.ts";

const code = `const gateway = globalThis[Symbol.for("arclet.gateway")];
export const handler = async ({ sizes, kind }) => {
  const answers = [];
  for (const size of sizes) {
    const text = "ä".repeat(size >> 1) + "x".repeat(size & 1);
    const data = kind === "bytes" ? Buffer.from(text) : text;
    answers.push(await gateway.request("C=", { type: "send", data }));
  }
  return answers;
};`;

/** Where the length of a frame changes its header, and the most that goes without an answer. */
const sizes = [0, 1, 125, 126, 127, 1000, 10_000, 8, 0];

/** A connection that keeps what is posted to it as the frames that its peer would get. */
function createConnection(): { connection: LeasedConnection; received: () => string[] } {
  const frames: Buffer[] = [];
  return {
    connection: {
      // At once, as a socket takes it: what is behind in the buffer must stay as it was.
      post: (buffer, start, end, isText) =>
        void frames.push(Buffer.from(frameInPlace(buffer, start, end, isText))),
    },
    received: () => messagesOf(Buffer.concat(frames)),
  };
}

/** RFC 6455, section 5.2: whole messages without a mask. */
function messagesOf(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const kind = { 0x81: "text", 0x82: "bytes" }[bytes[at] ?? 0];
    const short = bytes[at + 1] ?? 0;
    const start = at + (short === 126 ? 4 : 2);
    at = start + (short === 126 ? bytes.readUInt16BE(start - 2) : short);
    messages.push(`${kind} ${bytes.toString("utf8", start, at)}`);
  }
  return messages;
}

test.each(["text", "bytes"])("what is posted on a lease arrives whole: %s", async (kind) => {
  const { connection, received } = createConnection();
  const lease = new Lease("C=", 2 ** 33 + 1, connection);
  const requests: string[] = [];
  const channel = {
    request: (_: string, command: { type: string }) => {
      requests.push(command.type);
      return { type: "done", lease } as const;
    },
  };
  const { value } = await runFunction(createProcessStrategy(), { code }, { channel });
  await value({ sizes: [3], kind });
  expect(requests).toEqual(["send"]);
  const answers = await value({ sizes, kind });
  expect(answers).toEqual(sizes.map(() => ({ type: "done" })));
  // All of them without an answer.
  expect(requests).toEqual(["send"]);
  expect(received()).toEqual(
    sizes.map((size) => `${kind} ${"ä".repeat(size >> 1)}${"x".repeat(size & 1)}`),
  );
});

test("after a lease is revoked posts wait for answers, until there is one again", async () => {
  const { connection, received } = createConnection();
  const lease = new Lease("C=", 7, connection);
  let requests = 0;
  const channel = {
    request: () => {
      requests++;
      return { type: "done", lease } as const;
    },
  };
  const { value } = await runFunction(createProcessStrategy(), { code }, { channel });
  await value({ sizes: [1, 2], kind: "text" });
  expect(requests).toBe(1);
  lease.suspend();
  await value({ sizes: [3, 4], kind: "text" });
  expect(requests).toBe(3);
  lease.resume();
  await value({ sizes: [5, 6], kind: "text" });
  expect(requests).toBe(4);
  lease.end();
  await value({ sizes: [7], kind: "text" });
  expect(requests).toBe(5);
  expect(received()).toEqual(["text ä", "text äää"]);
});

test("a post that was on its way when its lease was revoked arrives, and none after the connection's end", () => {
  const heard: string[] = [];
  const holder = {
    revoke: (lease: Lease) => heard.push(`revoke ${lease.connectionId}`),
    drop: (lease: Lease) => heard.push(`drop ${lease.number}`),
  };
  const lease = new Lease("C=", 7, { post() {} });
  expect(lease.grantTo(holder)).toBe(true);
  lease.suspend();
  expect(lease.grantTo(holder)).toBe(false);
  lease.suspend();
  expect(heard).toEqual(["revoke C="]);
  lease.resume();
  expect(lease.grantTo(holder)).toBe(true);
  lease.end();
  expect(heard).toEqual(["revoke C=", "revoke C=", "drop 7"]);
  lease.end();
  expect(heard).toHaveLength(3);
});

test("an environment that has ended hears of a lease no more", () => {
  const heard: string[] = [];
  const holders = ["a", "b"].map((name) => ({
    revoke: () => heard.push(`revoke ${name}`),
    drop: () => heard.push(`drop ${name}`),
  }));
  const lease = new Lease("C=", 7, { post() {} });
  for (const holder of holders) lease.grantTo(holder);
  const [first] = holders;
  if (first !== undefined) lease.forget(first);
  lease.end();
  expect(heard).toEqual(["revoke b", "drop b"]);
});
