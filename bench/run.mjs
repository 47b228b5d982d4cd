// `npm run bench`: what is compared is measured side by side, in this run, in interleaved rounds.
//   names        run only these suites: echo, fan-out, …
//   --no-peers   leave out what has to be installed (Architect's sandbox, serverless-offline)
import process from "node:process";
import { isMet, lineOf } from "./load/rows.mjs";

const suites = {
  echo: async (options) => (await import("./echo.mjs")).measureEcho(options),
  "fan-out": async () => (await import("./fan-out.mjs")).measureFanOut(),
  memory: async () => (await import("./memory.mjs")).measureMemory(),
  start: async (options) => (await import("./start.mjs")).measureStart(options),
  reload: async () => (await import("./reload.mjs")).measureReload(),
  bundle: async () => (await import("./bundle.mjs")).measureBundle(),
  state: async (options) => (await import("./state.mjs")).measureState(options),
  deploy: async (options) => (await import("./deploy.mjs")).measureDeploy(options),
};

const options = { withPeers: !process.argv.includes("--no-peers") };
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = names.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`No suite ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}.`);
  process.exit(1);
}
let missed = 0;
for (const [name, measure] of Object.entries(suites)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const rows = await measure(options);
  console.log(name);
  for (const row of rows) {
    if (!isMet(row)) missed++;
    console.log(`  ${lineOf(row)}`);
  }
}
console.log(missed === 0 ? "All bars are met." : `${missed} missed.`);
