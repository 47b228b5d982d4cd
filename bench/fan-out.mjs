// One function that posts to 1,000 connections, against a loop of `socket.send` over as many sockets.
import { startClient, startServer } from "./load/processes.mjs";
import { interleave } from "./load/statistics.mjs";
import { atLeast } from "./load/rows.mjs";

const connections = 1000;
const rounds = 60;

export async function measureFanOut() {
  const bare = await startServer("bare-fan-out.mjs");
  const arclet = await startServer("arclet.mjs", ["fan-out"]);
  const toBare = await startClient("fan-out-client.mjs", [bare.url, connections]);
  const toArclet = await startClient("fan-out-client.mjs", [arclet.url, connections]);
  // The function is warm, and so is the code of both, when the rounds begin.
  for (let round = 0; round < 20; round++) {
    await toBare.ask("go");
    await toArclet.ask("go");
  }
  const ms = await interleave(
    { bare: () => toBare.ask("go"), arclet: () => toArclet.ask("go") },
    rounds,
  );
  await Promise.all([toBare.stop(), toArclet.stop()]);
  await Promise.all([bare.stop(), arclet.stop()]);
  return [
    atLeast("rate of a post to 1,000 connections ÷ bare socket.send", ms.bare / ms.arclet, 0.5, {
      detail: `${ms.arclet.toFixed(1)} ms against ${ms.bare.toFixed(1)} ms until the last has it`,
    }),
  ];
}
