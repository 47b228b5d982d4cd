// `npm run bench`: what is compared is measured side by side, in this run, in interleaved rounds.
//   names        run only these suites: echo, fan-out, …
//   --no-peers   leave out what has to be installed (Architect's sandbox, serverless-offline)
import process from "node:process";
import { isMet, lineOf, notMeasured } from "./load/rows.mjs";
import { stopAll } from "./load/running.mjs";

const suites = {
  echo: async (options) => (await import("./echo.mjs")).measureEcho(options),
  "fan-out": async () => (await import("./fan-out.mjs")).measureFanOut(),
  rooms: async (options) => (await import("./rooms.mjs")).measureRooms(options),
  http: async () => (await import("./http.mjs")).measureHttp(),
  environments: async () => (await import("./environments.mjs")).measureEnvironments(),
  memory: async () => (await import("./memory.mjs")).measureMemory(),
  start: async (options) => (await import("./start.mjs")).measureStart(options),
  reload: async () => (await import("./reload.mjs")).measureReload(),
  install: async () => (await import("./install.mjs")).measureInstall(),
  bundle: async () => (await import("./bundle.mjs")).measureBundle(),
  testing: async () => (await import("./testing.mjs")).measureTesting(),
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
process.once("SIGINT", () => {
  void stopAll().finally(() => process.exit(130));
});

let missed = 0;
for (const [name, measure] of Object.entries(suites)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(name);
  for (const row of await rowsOf(name, measure)) {
    if (!isMet(row)) missed++;
    console.log(`  ${lineOf(row)}`);
  }
}
console.log(missed === 0 ? "All bars are met." : `${missed} missed.`);
process.exitCode = missed === 0 ? 0 : 1;

/** The rows of a suite. One that fails is a miss, and the others are still measured. */
async function rowsOf(name, measure) {
  try {
    return await measure(options);
  } catch (error) {
    console.error(error);
    return [notMeasured(name, "the suite failed")];
  } finally {
    await stopAll();
  }
}
