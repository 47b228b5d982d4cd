// What waits for a function is bounded, and what nobody waits for never begins.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Limits } from "../../src/limits.ts";
import { createFakeFunction, type FakeFunction } from "../execution/fake-function.ts";
import { startGateway, type GatewayHarness } from "./gateway-harness.ts";

const kilobyte = 1024;

interface Waiting extends GatewayHarness {
  readonly fn: FakeFunction;
  /** Bodies of the events that have begun, in order. */
  readonly begun: () => readonly string[];
  /** The running invocation succeeds, and the next one begins. */
  readonly answer: () => void;
}

/** A gateway whose only function has one environment, which answers when the test says so. */
async function startWaiting(
  limits: Partial<Limits> = {},
  functionId = "default",
): Promise<Waiting> {
  const fn = await createFakeFunction({ functionId, maxEnvironments: 1, timeout: 900 });
  const harness = await startGateway({
    invoker: fn.invoker,
    clock: fn.clock,
    without: ["$connect", "$disconnect"],
    routes: ["get /slow"],
    limits,
  });
  onTestFinished(() => fn.invoker.close());
  return {
    ...harness,
    fn,
    begun: () =>
      fn.strategy.begun.map(({ event }) => {
        const { body }: { body?: string } = JSON.parse(event.toString());
        return body ?? "";
      }),
    answer: () => fn.strategy.environments[0]?.succeed(),
  };
}

function until(isSo: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 10_000, interval: 2 });
}

test("a connection that sends faster than its function answers is no longer read", async () => {
  const { open, gateway, begun, answer } = await startWaiting({
    frameBytes: Infinity,
    connectionWorkBytes: 256 * kilobyte,
  });
  const client = await open();
  const text = "x".repeat(100 * kilobyte);
  for (let n = 0; n < 100; n++) client.send(`${n} ${text}`);
  let most = 0;
  for (let n = 0; n < 100; n++) {
    await until(() => begun().length > n);
    most = Math.max(most, gateway.waitingBytes);
    answer();
  }
  expect(begun().map((body) => Number.parseInt(body, 10))).toEqual(
    Array.from({ length: 100 }, (_, n) => n),
  );
  // The one that was too much is the last that was read.
  expect(most).toBeLessThan(256 * kilobyte + 102 * kilobyte);
  expect(gateway.waitingBytes).toBe(0);
});

test("many small messages in one piece are all answered, in order", async () => {
  const { open, gateway, begun, answer } = await startWaiting({
    connectionWorkBytes: 8 * kilobyte,
  });
  const client = await open();
  for (let n = 0; n < 500; n++) client.send(String(n));
  let most = 0;
  for (let n = 0; n < 500; n++) {
    await until(() => begun().length > n);
    most = Math.max(most, gateway.waitingBytes);
    answer();
  }
  expect(begun().map(Number)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  expect(most).toBeLessThan(10 * kilobyte);
});

test("beyond what may wait in all, messages are refused as AWS throttles them", async () => {
  const { open, gateway, url } = await startWaiting({ workBytes: 8 * kilobyte });
  const clients = await Promise.all(Array.from({ length: 20 }, () => open()));
  for (const client of clients) client.send("a");
  const refused = await Promise.any(clients.map((client) => client.next()));
  expect(refused).toMatch(
    /^\{"message": "Too Many Requests", "connectionId":"[^"]+", "requestId":"[^"]+"\}$/,
  );
  expect(gateway.waitingBytes).toBeLessThanOrEqual(8 * kilobyte);
  const full = gateway.waitingBytes;
  const response = await fetch(`${url}/slow`, { headers: { filler: "x".repeat(4 * kilobyte) } });
  expect([response.status, await response.text()]).toEqual([
    429,
    '{"message":"Too Many Requests"}',
  ]);
  expect(gateway.waitingBytes).toBe(full);
});

test("messages of a client that has left never start, and make room for others", async () => {
  const { open, gateway, begun, answer } = await startWaiting();
  const gone = await open();
  const other = await open();
  gone.send("running");
  await until(() => begun().length === 1);
  const one = gateway.waitingBytes;
  for (let n = 0; n < 50; n++) gone.send("waiting");
  other.send("other");
  await until(() => gateway.waitingBytes > 50 * one);
  gone.socket.terminate();
  await until(() => gateway.waitingBytes < 3 * one);
  answer();
  await until(() => begun().length === 2);
  answer();
  expect(begun()).toEqual(["running", "other"]);
  expect(gateway.waitingBytes).toBe(0);
});

test("what becomes of the messages of a client that has left is reported as it was", async () => {
  const { open, begun, fn, traffic } = await startWaiting();
  const reported: (string | null)[] = [];
  traffic.listen((event) => {
    if (event.type !== "message-in") return;
    const { ok, bytes, reason } = event;
    reported.push(`${ok ? "ok" : "failed"}, ${bytes} B, ${reason ?? "no reason"}`);
  });
  const client = await open();
  client.send("running");
  await until(() => begun().length === 1);
  client.send("waits");
  client.send("waiting");
  client.socket.terminate();
  await until(() => reported.length === 2);
  fn.strategy.environments[0]?.succeed(undefined, '{"statusCode":200}');
  const neverBegun = "the connection ended before the function began it";
  expect(reported).toEqual([
    `failed, 5 B, ${neverBegun}`,
    `failed, 7 B, ${neverBegun}`,
    "ok, 7 B, no reason",
  ]);
});

test("a client that has left is noticed although its socket is not read", async () => {
  const { open, gateway, begun, fn } = await startWaiting({ connectionWorkBytes: kilobyte });
  const client = await open();
  for (let n = 0; n < 1_000; n++) client.send("x".repeat(30 * kilobyte));
  await until(() => begun().length === 1 && gateway.waitingBytes > 0);
  expect(gateway.connectionCount).toBe(1);
  client.socket.terminate();
  await vi.waitFor(
    async () => {
      await fn.clock.advance("1s");
      expect(gateway.connectionCount).toBe(0);
    },
    { timeout: 10_000, interval: 2 },
  );
});

test("a message that waited for 29 seconds never begins", async () => {
  const { open, gateway, begun, answer, fn, traffic } = await startWaiting();
  const reasons: unknown[] = [];
  traffic.listen((event) => {
    if (event.type === "message-in") reasons.push(event.reason);
  });
  const client = await open();
  client.send("running");
  await until(() => begun().length === 1);
  const one = gateway.waitingBytes;
  client.send("waiting");
  await until(() => gateway.waitingBytes > one);
  await fn.clock.advance("29s");
  const frames = [await client.next(), await client.next()];
  for (const frame of frames) expect(frame).toContain('"Endpoint request timed out"');
  client.send("fresh");
  await until(() => gateway.waitingBytes > one);
  answer();
  expect(begun()).toEqual(["running", "fresh"]);
  expect(reasons).toEqual(["the function did not begin it in time", "the function took too long"]);
});

test("a request whose client has left never begins", async () => {
  const { port, gateway, fn } = await startWaiting({}, "get /slow");
  const request = async (): Promise<ReturnType<typeof connect>> => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return socket;
  };
  const first = await request();
  await until(() => fn.strategy.begun.length === 1);
  const one = gateway.waitingBytes;
  const second = await request();
  await until(() => gateway.waitingBytes > one);
  second.destroy();
  await until(() => gateway.waitingBytes === one);
  fn.strategy.environments[0]?.succeed();
  await until(() => gateway.waitingBytes === 0);
  expect(fn.strategy.begun).toHaveLength(1);
  first.destroy();
});
