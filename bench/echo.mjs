// Echo through an isolated function that awaits `ws.send`, against a bare `ws` server and other emulators.
import { driveEcho, driveLatency, startServer } from "./load/processes.mjs";
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

  await Promise.all([bare, several, sdk].map((server) => server.stop()));
  if (withPeers) {
    rows.push(
      await compareWithPeer("throughput ÷ Architect sandbox", 1000, single, startArchitect),
      await compareWithPeer("throughput ÷ serverless-offline", 50, single, startServerlessOffline),
    );
  }
  await single.stop();
  return rows;
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
