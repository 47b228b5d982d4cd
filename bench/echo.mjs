// Echo through an isolated function that awaits `ws.send`, against a bare `ws` server and other emulators.
import { driveEcho, driveLatency, startServer } from "./load/processes.mjs";
import {
  startArchitect,
  startBun,
  startMiniStack,
  startServerlessOffline,
  startWorkerd,
} from "./load/peers.mjs";
import { atLeast, atMost, forComparison } from "./load/rows.mjs";
import { interleave, median } from "./load/statistics.mjs";

const seconds = 2;
const rounds = 5;
/** How many talk at once, and the least share of a bare server's rate. */
const crowds = [
  // Batches are small here: each hop wakes a process.
  { connections: 10, bar: 0.4 },
  { connections: 50, bar: 0.6 },
  { connections: 200, bar: 0.6 },
  { connections: 1000, bar: 0.6 },
  { connections: 3000, bar: 0.6 },
];

export async function measureEcho({ withPeers }) {
  const bare = await startServer("bare-ws.mjs");
  const single = await startServer("arclet.mjs", ["echo"]);
  const several = await startServer("arclet.mjs", ["echo", "64"]);
  const sdk = await startServer("arclet.mjs", ["echo-sdk"]);

  const throughput = await interleave(
    {
      bare: () => messagesPerSecond(bare.url),
      several: () => messagesPerSecond(several.url),
    },
    rounds,
  );
  const crowdRows = [];
  for (const crowd of crowds) crowdRows.push(await measureCrowd(crowd, bare, single));
  const latency = await interleave(
    {
      bare: () => medianLatency(bare.url),
      single: () => medianLatency(single.url),
      sdk: () => medianLatency(sdk.url),
    },
    rounds,
  );

  const microseconds = (us) => `${us.toFixed(0)} µs`;
  const rows = [
    atLeast(
      "throughput, several invocations per environment ÷ bare ws",
      throughput.several / throughput.bare,
      0.5,
      { detail: `${perSecond(throughput.several)} against ${perSecond(throughput.bare)}` },
    ),
    ...crowdRows,
    atMost("latency, one connection ÷ bare ws", latency.single / latency.bare, 2, {
      detail: `${microseconds(latency.single)} against ${microseconds(latency.bare)}`,
    }),
    atMost("latency, AWS SDK PostToConnection ÷ bare ws", latency.sdk / latency.bare, 10, {
      detail: microseconds(latency.sdk),
    }),
  ];

  await Promise.all([bare, several, sdk].map((server) => server.stop()));
  if (withPeers) {
    rows.push(
      await compareWithPeer("throughput ÷ Architect sandbox", 1000, single, startArchitect),
      await compareWithPeer("throughput ÷ serverless-offline", 50, single, startServerlessOffline),
      await compareWithPeer("throughput ÷ MiniStack", 1000, single, () => startMiniStack("echo")),
      await compareWithPeer("throughput ÷ Durable Object in workerd", 1, single, startWorkerd),
      await showLimit("Bun's own server ÷ bare ws", startBun),
    );
  }
  await single.stop();
  return rows;
}

/** One invocation at a time for each environment: the default. */
async function measureCrowd({ connections, bar }, bare, own) {
  const cpu = { bare: [], own: [] };
  const drive =
    (name, { url, pid }) =>
    async () => {
      const { messages, seconds: elapsed, cpuUs } = await driveEcho(url, connections, seconds, pid);
      if (cpuUs !== null) cpu[name].push(cpuUs / messages);
      return messages / elapsed;
    };
  const rate = await interleave({ bare: drive("bare", bare), own: drive("own", own) }, rounds);
  const used = cpu.own.length === 0 ? "" : cpuOf(median(cpu.own), median(cpu.bare));
  const name = `throughput ÷ bare ws, ${connections} connections`;
  return atLeast(name, rate.own / rate.bare, bar, {
    detail: `${perSecond(rate.own)} against ${perSecond(rate.bare)}${used}`,
  });
}

function cpuOf(own, bare) {
  return `; CPU ${own.toFixed(1)} µs a message against ${bare.toFixed(1)}, × ${(own / bare).toFixed(2)}`;
}

/** Only what is compared is alive: a peer that is busy with itself takes from nobody else. */
async function compareWithPeer(name, bar, own, startPeer) {
  const peer = await startPeer();
  const rate = await interleave(
    { own: () => messagesPerSecond(own.url), peer: () => messagesPerSecond(peer.url) },
    rounds,
  );
  await peer.stop();
  return atLeast(name, rate.own / rate.peer, bar, {
    detail: `${perSecond(rate.own)} against ${perSecond(rate.peer)}`,
  });
}

/** What another server reaches of the bare one: an upper limit, not a bar. */
async function showLimit(name, startPeer) {
  const bare = await startServer("bare-ws.mjs");
  const peer = await startPeer();
  const rate = await interleave(
    { bare: () => messagesPerSecond(bare.url), peer: () => messagesPerSecond(peer.url) },
    rounds,
  );
  await Promise.all([bare.stop(), peer.stop()]);
  return forComparison(name, rate.peer / rate.bare, { detail: perSecond(rate.peer) });
}

async function messagesPerSecond(url) {
  const { messages, seconds: elapsed } = await driveEcho(url, 50, seconds);
  return messages / elapsed;
}

async function medianLatency(url) {
  return (await driveLatency(url, seconds)).medianUs;
}

function perSecond(rate) {
  return `${rate < 100 ? rate.toFixed(1) : Math.round(rate)} messages/s`;
}
