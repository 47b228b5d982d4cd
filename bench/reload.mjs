// From a save to the first answer of the new code, and what a cold environment takes.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startArcletDev } from "./load/peers.mjs";
import { startServer } from "./load/processes.mjs";
import { atMost } from "./load/rows.mjs";
import { openSocket } from "./load/socket.mjs";
import { median } from "./load/statistics.mjs";
import { writeApp } from "./load/workspace.mjs";

const saves = 25;
const starts = 25;

export async function measureReload() {
  const save = await measureSaves();
  const cold = await measureColdEnvironments();
  return [
    atMost("save → the new code answers, median", median(save), 100, {
      unit: "ms",
      detail: `slowest of ${saves} ${Math.max(...save).toFixed(0)} ms`,
    }),
    atMost("invocation in a cold environment, median", median(cold), 60, {
      unit: "ms",
      detail: `slowest of ${starts} ${Math.max(...cold).toFixed(0)} ms`,
    }),
  ];
}

const lifecycle = "export const handler = async () => ({ statusCode: 200 });\n";

function handlerOf(version) {
  return `import { ws } from "@arclet/functions";

export const handler = async (event) => {
  await ws.send({ id: event.requestContext.connectionId, payload: "version ${version}" });
  return { statusCode: 200 };
};
`;
}

async function measureSaves() {
  const file = "src/ws/default/index.mjs";
  const app = await writeApp("reload", {
    "app.arc": "@app\nreload\n\n@ws\n",
    "src/ws/connect/index.mjs": lifecycle,
    "src/ws/disconnect/index.mjs": lifecycle,
    [file]: handlerOf(0),
  });
  const server = await startArcletDev(app);
  const socket = await openSocket(server.url);
  await socket.ask("hello");
  const times = [];
  for (let version = 1; version <= saves; version++) {
    await writeFile(join(app, file), handlerOf(version));
    const startedAt = performance.now();
    // One message after another is answered by the old code until the new one is in place.
    while ((await socket.ask("hello")) !== `version ${version}`);
    times.push(performance.now() - startedAt);
  }
  socket.close();
  await server.stop();
  return times;
}

async function measureColdEnvironments() {
  const server = await startServer("cold-environment.mjs");
  const times = [];
  for (let count = 0; count < starts; count++) times.push((await server.ask("cold")).ms);
  await server.stop();
  return times;
}
