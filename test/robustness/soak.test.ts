// Thousands of connections that behave well, badly and not at all, while environments die and code
// is swapped.
//   ARCLET_SOAK_CONNECTIONS   1,000 unless told
//   ARCLET_SOAK_SEED          repeats a run's choices
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { accept } from "./echo-functions.ts";
import { encodeFrame, opcodes } from "./frames.ts";
import { RawClient } from "./raw-client.ts";
import { SeededRandom, seedOf } from "./seeded-random.ts";
import { ServerProcess } from "./server-process.ts";
import { SoakClient, closedLoop, pipelined } from "./soak-client.ts";
import { connect, disconnect, echo, ledger } from "./soak-functions.ts";

const connections = Number(process.env["ARCLET_SOAK_CONNECTIONS"] ?? 1_000);
const seed = seedOf("ARCLET_SOAK_SEED");
const limits = { connectionsPerSecond: Infinity };
const timeout = 60_000 + connections * 60;

const functions = (version: number): Record<string, string> => ({
  "ws/connect": connect,
  "ws/default": echo(version),
  "ws/disconnect": disconnect,
});

test(
  `${connections} connections through deaths, reloads and slow readers: nothing healthy is lost`,
  async () => {
    const random = new SeededRandom(seed);
    await using server = await ServerProcess.start({
      functions: functions(1),
      limits,
      ledger,
    });
    let opened = 0;
    let deaths = 0;
    const open = async (): Promise<SoakClient> => {
      const client = await SoakClient.open(server.webSocketUrl);
      opened++;
      return client;
    };
    const seen = new Set<number>();
    const noteVersions = (versions: ReadonlySet<number>): void => {
      for (const version of versions) seen.add(version);
    };

    const behaviours = {
      loop: async (own: SeededRandom) => {
        const client = await open();
        noteVersions(await closedLoop(client, 5 + own.below(15), own));
        expect(await client.close()).toBe(1000);
      },
      pipeline: async (own: SeededRandom) => {
        const client = await open();
        await pipelined(client, 5 + own.below(15), own);
        expect(await client.close()).toBe(1000);
      },
      abrupt: async (own: SeededRandom) => {
        const client = await open();
        await closedLoop(client, own.below(5), own);
        for (let n = own.below(4); n > 0; n--) client.send({ n, pad: "" });
        await client.terminate();
      },
      /** Its message ends the environment it lands in, and only that invocation. */
      killer: async (own: SeededRandom) => {
        const client = await open();
        await closedLoop(client, own.below(3), own);
        client.send({ die: true });
        deaths++;
        expect(await client.next()).toContain('"Internal server error"');
        await closedLoop(client, 3, own);
        expect(await client.close()).toBe(1000);
      },
      silent: async () => {
        const client = await open();
        expect(await client.close()).toBe(1000);
      },
    };
    type Behaviour = keyof typeof behaviours;
    const share: readonly [Behaviour, ...Behaviour[]] = [
      "loop",
      "loop",
      "loop",
      "loop",
      "loop",
      "loop",
      "loop",
      "loop",
      "pipeline",
      "pipeline",
      "pipeline",
      "pipeline",
      "abrupt",
      "abrupt",
      "silent",
    ];

    // Slow readers: they ask for far more than the gateway may buffer and never read.
    const slow = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = await RawClient.upgrade(server.port);
        opened++;
        client.socket.pause();
        client.send(encodeFrame({ opcode: opcodes.text, payload: '{"flood":4096}' }));
        return client;
      }),
    );

    // A steady crowd stays connected from the first to the last moment.
    const steady = await Promise.all(Array.from({ length: 50 }, open));
    const crowd = { isOver: false };
    const steadyRuns = steady.map(async (client, index) => {
      const own = new SeededRandom(seed + index);
      while (!crowd.isOver) noteVersions(await closedLoop(client, 5, own));
    });

    let started = 0;
    let version = 1;
    let updates = Promise.resolve();
    const reloadEvery = Math.ceil(connections / 8);
    const lane = async (): Promise<void> => {
      while (started < connections) {
        const index = started++;
        const own = new SeededRandom(seed + 1_000 + index);
        const behaviour = index % 25 === 24 ? "killer" : random.pick(share);
        await behaviours[behaviour](own);
        if (index % reloadEvery === reloadEvery - 1) {
          version++;
          const next = functions(version);
          // One at a time, as whoever watches files does it: the last one given is the last one set.
          const before = updates;
          updates = (async () => {
            await before;
            await server.update(next);
          })();
          await updates;
        }
      }
    };
    // So many at a time as an ordinary open-files limit allows.
    await Promise.all(Array.from({ length: Math.min(200, connections) }, lane));

    // The last code is what answers now.
    const witness = await open();
    expect([...(await closedLoop(witness, 10, random))]).toEqual([version]);
    await witness.close();
    expect(seen).toContain(1);
    expect(seen.size).toBeGreaterThan(2);

    crowd.isOver = true;
    await Promise.all(steadyRuns);
    for (const client of steady) expect(await client.close()).toBe(1000);
    for (const client of slow) client[Symbol.dispose]();

    await server.settled(opened);
    const { bugs } = await server.report();
    expect(bugs).toEqual([]);
    expect({ code: await server.close(), output: server.output }).toEqual({ code: 0, output: "" });

    const lines = (await readFile(join(server.root, ledger), "utf8")).trimEnd().split("\n");
    const ids = (kind: string): string[] =>
      lines
        .filter((line) => line.startsWith(`${kind} `))
        .map((line) => line.slice(kind.length + 1))
        .toSorted();
    expect(ids("connect")).toHaveLength(opened);
    expect(new Set(ids("connect")).size).toBe(opened);
    expect(ids("disconnect")).toEqual(ids("connect"));
    expect(deaths).toBe(Math.floor(connections / 25));
    // 128 MB were asked for each slow reader; none got further than its buffer.
    expect(ids("flooded")).toEqual([]);
    expect(new Set(ids("LimitExceededException")).size).toBe(slow.length);
  },
  timeout,
);

test("with one environment, pipelined messages of a connection are answered in order", async () => {
  await using server = await ServerProcess.start({
    functions: functions(1),
    options: { maxEnvironments: 1 },
    limits,
    ledger,
  });
  const random = new SeededRandom(seed);
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const client = await SoakClient.open(server.webSocketUrl);
      const order = await pipelined(client, 100, random);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      await client.close();
    }),
  );
});

test("a reload in the middle of pipelined messages loses and repeats none", async () => {
  await using server = await ServerProcess.start({ functions: functions(1), limits, ledger });
  const random = new SeededRandom(seed);
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => SoakClient.open(server.webSocketUrl)),
  );
  for (let version = 2; version < 8; version++) {
    const echoes = clients.map((client) => pipelined(client, 20, random));
    await server.update(functions(version));
    await Promise.all(echoes);
  }
  for (const client of clients) expect(await client.close()).toBe(1000);
});

test("10,000 connects and disconnects leave nothing behind", async () => {
  await using server = await ServerProcess.start({
    functions: { "ws/connect": accept, "ws/default": echo(1), "ws/disconnect": accept },
    limits,
    ledger,
  });
  let total = 0;
  const churn = async (count: number): Promise<void> => {
    const until = total + count;
    const lane = async (): Promise<void> => {
      while (total < until) {
        total++;
        const index = total;
        const client = await SoakClient.open(server.webSocketUrl);
        client.send({ n: index, pad: "" });
        await client.next();
        if (index % 3 === 0) await client.terminate();
        else await client.close();
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    await server.settled(total);
  };
  // What is made once (code, caches, environments) is made before the first look.
  await churn(2_000);
  const before = await server.measure();
  await churn(10_000);
  const after = await server.measure();

  // Timers and sockets: one kept per connection would be thousands.
  const kinds = new Set([...Object.keys(before.resources), ...Object.keys(after.resources)]);
  const leaked: string[] = [];
  for (const kind of kinds) {
    const grown = (after.resources[kind] ?? 0) - (before.resources[kind] ?? 0);
    if (grown >= 100) leaked.push(`${grown} ${kind}`);
  }
  expect(leaked).toEqual([]);
  // A kept connection object of 500 bytes would be 5 MB.
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  console.log(
    `heap ${before.heapUsed} -> ${after.heapUsed}, external ${before.external} -> ${after.external}`,
  );
  expect(grown / (before.heapUsed + before.external)).toBeLessThan(0.15);
}, 180_000);
