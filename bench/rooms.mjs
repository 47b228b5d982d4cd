// A message to a room of 1,000, against a loop of `socket.send` and against Socket.IO's room.
import { join } from "node:path";
import process from "node:process";
import { cpuMicroseconds } from "./load/cpu-time.mjs";
import { freePort, installPeer, startPeer } from "./load/peers.mjs";
import { startClient, startServer } from "./load/processes.mjs";
import { atMost } from "./load/rows.mjs";
import { interleave } from "./load/statistics.mjs";

const connections = 1000;
const rounds = 20;
/** Messages of one round: enough for a clock of hundredths of a second. */
const messages = 20;

export async function measureRooms({ withPeers }) {
  const bare = await startServer("bare-fan-out.mjs");
  const least = await startServer("shared-frame.mjs");
  const arclet = await startServer("arclet.mjs", ["rooms"]);
  const sides = {
    bare: await side(bare.pid, bare.url, "plain"),
    least: await side(least.pid, least.url, "plain"),
    arclet: await side(arclet.pid, arclet.url, "plain"),
    ...(withPeers ? { socketIo: await socketIo() } : {}),
  };
  for (const one of Object.values(sides)) await one.round();
  for (const one of Object.values(sides)) one.begin();
  const ms = await interleave(
    Object.fromEntries(Object.entries(sides).map(([name, one]) => [name, () => one.round()])),
    rounds,
  );
  const cpu = Object.fromEntries(
    Object.entries(sides).map(([name, one]) => [name, one.perMessage()]),
  );
  for (const one of Object.values(sides)) await one.stop();
  await Promise.all([bare.stop(), least.stop(), arclet.stop()]);
  const own = `${cpu.arclet.toFixed(2)} µs`;
  const floor = `a TCP server with one shared buffer takes ${cpu.least.toFixed(2)} µs`;
  const memory = await startClient("member-memory.mjs", [], ["--expose-gc"]);
  const memberBytes = await memory.ask("measure");
  await memory.stop();
  return [
    atMost("heap of each of 10,000 members in 100 rooms", memberBytes, 200, { unit: "B" }),
    atMost(
      "CPU of a message to a room of 1,000, each ÷ bare socket.send",
      cpu.arclet / cpu.bare,
      0.85,
      {
        detail: `${own} against ${cpu.bare.toFixed(2)} µs; ${floor}`,
      },
    ),
    atMost("time until the last of 1,000 has it ÷ bare socket.send", ms.arclet / ms.bare, 1, {
      detail: `${(ms.arclet / messages).toFixed(1)} ms against ${(ms.bare / messages).toFixed(1)} ms`,
    }),
    ...(withPeers
      ? [
          atMost(
            "CPU of a message to a room of 1,000, each ÷ Socket.IO",
            cpu.arclet / cpu.socketIo,
            0.6,
            {
              detail: `${own} against ${cpu.socketIo.toFixed(2)} µs; ${floor}`,
            },
          ),
        ]
      : []),
  ];
}

async function side(pid, url, protocol) {
  const client = await startClient("room-client.mjs", [url, connections, protocol]);
  let started = 0;
  let delivered = 0;
  return {
    begin() {
      started = cpuMicroseconds(pid) ?? Number.NaN;
      delivered = 0;
    },
    async round() {
      let total = 0;
      for (let count = 0; count < messages; count++) total += await client.ask("go");
      delivered += messages * connections;
      return total;
    },
    perMessage: () => ((cpuMicroseconds(pid) ?? Number.NaN) - started) / delivered,
    stop: () => client.stop(),
  };
}

async function socketIo() {
  const folder = installPeer("socket-io");
  const port = await freePort();
  const peer = await startPeer(folder, process.execPath, [join(folder, "server.mjs")], port, {
    PORT: String(port),
  });
  const url = `${peer.url}/socket.io/?EIO=4&transport=websocket`;
  const one = await side(peer.pid, url, "socket.io");
  return {
    ...one,
    async stop() {
      await one.stop();
      await peer.stop();
    },
  };
}
