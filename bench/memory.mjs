// What an open connection costs, and what 10,000 of them leave behind, against a bare `ws` server.
import { startClient, startServer } from "./load/processes.mjs";
import { atMost } from "./load/rows.mjs";
import { median } from "./load/statistics.mjs";

const connections = 10_000;
/** Each round has processes of its own: memory that was touched once never looks untouched again. */
const rounds = 3;

export async function measureMemory() {
  const bare = [];
  const arclet = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await measure("bare-ws.mjs", []));
    arclet.push(await measure("arclet.mjs", ["echo"]));
  }
  const [bareRss, ownRss] = [bare, arclet].map((all) => median(all.map(({ rss }) => rss)));
  const [bareHeap, ownHeap] = [bare, arclet].map((all) => median(all.map(({ heap }) => heap)));
  const [bareLeft, ownLeft] = [bare, arclet].map((all) => median(all.map(({ left }) => left)));
  return [
    atMost("resident memory of an idle connection ÷ bare ws", ownRss / bareRss, 1.3, {
      detail: `${kilobytes(ownRss)} against ${kilobytes(bareRss)}, ${connections} open`,
    }),
    atMost("heap of an idle connection ÷ bare ws", ownHeap / bareHeap, 1.5, {
      detail: `${kilobytes(ownHeap)} against ${kilobytes(bareHeap)}`,
    }),
    atMost(
      "resident memory that 20 connections fill with messages of 128 KB to a slow function",
      await measureFlood(),
      64,
      { unit: "MB", detail: "as much as they can send; AWS's largest message" },
    ),
    atMost("heap that 10,000 more connects and disconnects leave behind", ownLeft, 5, {
      unit: "%",
      detail: `${bareLeft.toFixed(1)} % with bare ws`,
    }),
  ];
}

/** Megabytes the server grows by while a slow function keeps 20 clients waiting. */
async function measureFlood() {
  const server = await startServer("arclet.mjs", ["slow"], ["--expose-gc"]);
  // Every environment is busy before: what those cost is no part of what waits.
  const warmUp = await startClient("flood-client.mjs", [server.url, 4]);
  await warmUp.ask("flood");
  await warmUp.stop();
  const before = await settledMemory(server);
  const client = await startClient("flood-client.mjs", [server.url, 20]);
  await client.ask("flood");
  const { memory } = await server.ask("memory");
  await client.stop();
  await server.stop();
  return (memory.rss - before.rss) / 1024 ** 2;
}

async function measure(script, args) {
  const server = await startServer(script, args, ["--expose-gc"]);
  const client = await startClient("crowd-client.mjs", [server.url]);
  // Code that runs for the first time is compiled: that is no part of a connection.
  await client.ask({ open: 500 });
  await client.ask("close");
  const before = await settledMemory(server);
  await client.ask({ open: connections });
  const open = await settledMemory(server);
  await client.ask("close");
  const after = await settledMemory(server);
  await client.ask({ open: connections });
  await client.ask("close");
  const later = await settledMemory(server);
  await client.stop();
  await server.stop();
  return {
    rss: (open.rss - before.rss) / connections,
    heap: (heapOf(open) - heapOf(before)) / connections,
    left: (100 * (heapOf(later) - heapOf(after))) / heapOf(after),
  };
}

/** Memory once every connection the clients closed has ended here too. */
async function settledMemory(server) {
  let { memory } = await server.ask("memory");
  for (;;) {
    const next = (await server.ask("memory")).memory;
    if (Math.abs(heapOf(next) - heapOf(memory)) < 16 * 1024) return next;
    memory = next;
  }
}

/** Buffers are outside of the JavaScript heap, and are counted with it here. */
function heapOf({ heapUsed, external }) {
  return heapUsed + external;
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
