// Echo through an isolated function that awaits `ws.send`, against a bare `ws` server and other emulators.
import { driveEcho, startServer } from "./load/processes.mjs";
import { startArchitect, startServerlessOffline } from "./load/peers.mjs";
import { atLeast, atMost } from "./load/rows.mjs";
import { interleave } from "./load/statistics.mjs";

const seconds = 2;
const rounds = 5;

export async function measureEcho({ withPeers }) {
  const bare = await startServer("bare-ws.mjs");
  const single = await startServer("arclet.mjs", ["echo"]);
  const several = await startServer("arclet.mjs", ["echo", "64"]);
  const sdk = await startServer("arclet.mjs", ["echo-sdk"]);

  const throughput = await interleave(
    {
      bare: () => messagesPerSecond(bare.url),
      single: () => messagesPerSecond(single.url),
      several: () => messagesPerSecond(several.url),
    },
    rounds,
  );
  const latency = await interleave(
    {
      bare: () => medianLatency(bare.url),
      single: () => medianLatency(single.url),
      sdk: () => medianLatency(sdk.url),
    },
    rounds,
  );

  const perSecond = (rate) => `${Math.round(rate)} messages/s`;
  const microseconds = (us) => `${us.toFixed(0)} µs`;
  const rows = [
    atLeast(
      "throughput, several invocations per environment ÷ bare ws",
      throughput.several / throughput.bare,
      0.5,
      { detail: `${perSecond(throughput.several)} against ${perSecond(throughput.bare)}` },
    ),
    atLeast(
      "throughput, one invocation at a time ÷ bare ws",
      throughput.single / throughput.bare,
      0.25,
      { detail: perSecond(throughput.single) },
    ),
    atMost("latency, one connection ÷ bare ws", latency.single / latency.bare, 2, {
      detail: `${microseconds(latency.single)} against ${microseconds(latency.bare)}`,
    }),
    atMost("latency, AWS SDK PostToConnection ÷ bare ws", latency.sdk / latency.bare, 10, {
      detail: microseconds(latency.sdk),
    }),
  ];

  if (withPeers) {
    const architect = await startArchitect();
    const offline = await startServerlessOffline();
    const peers = await interleave(
      {
        single: () => messagesPerSecond(single.url),
        architect: () => messagesPerSecond(architect.url),
        offline: () => messagesPerSecond(offline.url),
      },
      3,
    );
    await Promise.all([architect.stop(), offline.stop()]);
    rows.push(
      atLeast("throughput ÷ Architect sandbox", peers.single / peers.architect, 1000, {
        detail: `${peers.architect.toFixed(1)} messages/s there`,
      }),
      atLeast("throughput ÷ serverless-offline", peers.single / peers.offline, 50, {
        detail: `${peers.offline.toFixed(0)} messages/s there`,
      }),
    );
  }
  await Promise.all([bare, single, several, sdk].map((server) => server.stop()));
  return rows;
}

async function messagesPerSecond(url) {
  const { messages, seconds: elapsed } = await driveEcho(url, 50, seconds);
  return messages / elapsed;
}

async function medianLatency(url) {
  return (await driveEcho(url, 1, seconds)).medianUs;
}
