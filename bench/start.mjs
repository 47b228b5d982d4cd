// From the command to an open socket: `arclet dev` and Architect's sandbox on the same folder,
// and what tables add to it.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { installPeer, startArchitect, startArcletDev } from "./load/peers.mjs";
import { loadedModules } from "./load/loaded-modules.mjs";
import { atMost, notMeasured } from "./load/rows.mjs";
import { openSocket } from "./load/socket.mjs";
import { interleave, median } from "./load/statistics.mjs";
import { writeApp } from "./load/workspace.mjs";

const rounds = 7;
const modulesRow = "modules of the local DynamoDB loaded without tables";

export async function measureStart({ withPeers }) {
  return [...(withPeers ? await againstArchitect() : []), ...(await withAndWithoutTables())];
}

async function againstArchitect() {
  const folder = installPeer("architect");
  const ready = {};
  const echo = await interleave(
    {
      // As in a new clone: nothing is built.
      first: async () => {
        await rm(join(folder, ".arclet"), { recursive: true, force: true });
        return untilEcho(() => startArcletDev(folder), "first", ready);
      },
      arclet: () => untilEcho(() => startArcletDev(folder), "arclet", ready),
      architect: () => untilEcho(() => startArchitect(), "architect", ready),
    },
    rounds,
  );
  const open = Object.fromEntries(Object.entries(ready).map(([name, ms]) => [name, median(ms)]));
  const told = (own, other) => `${own.toFixed(0)} ms against ${other.toFixed(0)} ms`;
  return [
    atMost("arclet dev ready ÷ Architect sandbox ready", open.arclet / open.architect, 0.5, {
      detail: told(open.arclet, open.architect),
    }),
    atMost("the same with nothing built", open.first / open.architect, 0.6, {
      detail: `${open.first.toFixed(0)} ms`,
    }),
    atMost("command → first echo ÷ Architect sandbox", echo.arclet / echo.architect, 0.5, {
      detail: told(echo.arclet, echo.architect),
    }),
  ];
}

/** Milliseconds from the command to the first message that came back; those to the open socket go to `ready`. */
async function untilEcho(start, name, ready) {
  const startedAt = performance.now();
  const server = await start();
  const socket = await openFirstSocket(server.url);
  (ready[name] ??= []).push(performance.now() - startedAt);
  const message = JSON.stringify({ text: "hello" });
  const answer = await socket.ask(message);
  if (answer !== message) throw new Error(`${name} answered ${answer}`);
  const ms = performance.now() - startedAt;
  socket.close();
  await server.stop();
  return ms;
}

/** Tries until a handshake is accepted: a port that listens may be a probe that closes again. */
async function openFirstSocket(url) {
  for (;;) {
    const socket = await openSocket(url).catch(() => null);
    if (socket !== null) return socket;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function withAndWithoutTables() {
  const files = { "src/http/get-index/index.mjs": "export const handler = async () => 'hello';\n" };
  const plain = await writeApp("start-plain", {
    "app.arc": "@app\nstart\n\n@http\nget /\n",
    ...files,
  });
  const tables = await writeApp("start-tables", {
    "app.arc": "@app\nstart\n\n@http\nget /\n\n@tables\ncats\n  id *String\n",
    ...files,
  });
  const ms = await interleave(
    { plain: () => readyMs(plain), tables: () => readyMs(tables) },
    rounds,
  );
  const isOfDynamo = (url) => /\/dynamodb\/|\/dynamodb\.cjs$|\/tables-[^/]*\.js$/.test(url);
  const [without, those] = [
    (await loadedModules(plain)).filter(isOfDynamo),
    (await loadedModules(tables)).filter(isOfDynamo),
  ];
  return [
    atMost("start with tables ÷ start without", ms.tables / ms.plain, 2, {
      detail: `${ms.tables.toFixed(0)} ms against ${ms.plain.toFixed(0)} ms`,
    }),
    // Names that match nothing with tables either would always give 0 without.
    those.length === 0
      ? notMeasured(modulesRow, "no module of the local DynamoDB is known by its name")
      : atMost(modulesRow, without.length, 0, {
          unit: "",
          detail: `${those.length} with tables`,
        }),
  ];
}

async function readyMs(folder) {
  const server = await startArcletDev(folder);
  await server.stop();
  return server.readyMs;
}
