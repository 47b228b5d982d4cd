// Echo through an isolated function that awaits `ws.send`, against a bare `ws` server and other emulators.
import { driveEcho, startServer } from "./load/processes.mjs";
import { startArchitect, startServerlessOffline } from "./load/peers.mjs";
import { interleave } from "./load/statistics.mjs";

const seconds = 2;
const rounds = 5;

/** Resolves rows `{ name, value, bar, unit }`; `isAtLeast` says which side of the bar is good. */
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

  const rows = [
    row(
      "throughput, several invocations per environment ÷ bare ws",
      throughput.several / throughput.bare,
      0.5,
    ),
    row(
      "throughput, one invocation at a time ÷ bare ws",
      throughput.single / throughput.bare,
      0.25,
    ),
    row("latency, one connection ÷ bare ws", latency.single / latency.bare, 2, false),
    row("latency, AWS SDK PostToConnection ÷ bare ws", latency.sdk / latency.bare, 10, false),
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
      row("throughput ÷ Architect sandbox", peers.single / peers.architect, 1000),
      row("throughput ÷ serverless-offline", peers.single / peers.offline, 50),
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

function row(name, value, bar, isAtLeast = true) {
  return { name, value, bar, isAtLeast };
}
