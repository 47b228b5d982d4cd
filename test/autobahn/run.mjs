// The Autobahn test suite against the gateway: RFC 6455, case by case.
//   node test/autobahn/run.mjs [--bare] [--cases=1.*,6.*]
//     --bare    run against a bare `ws` server instead, to tell the lane's faults from the gateway's
//     --cases   patterns as the suite writes them; by default all but the 216 of compression, of
//               which one of each kind runs (they take hours where compression is negotiated)
// Needs Python 3 with venv and, the first time, PyPI. The last line tells the result.
import process from "node:process";
import { setUp } from "../../scripts/setup.mjs";
import { installFuzzer, runFuzzer } from "./fuzzer.mjs";
import { judge, table } from "./verdict.mjs";

const isBare = process.argv.includes("--bare");
const chosen = process.argv.find((argument) => argument.startsWith("--cases="));
const everything = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"];
const patterns =
  chosen === undefined
    ? [...everything, "12.1.1", "13.1.1"]
    : chosen.slice("--cases=".length).split(",");

if (!isBare) await setUp();
const python = installFuzzer();
const server = isBare
  ? await (await import("./bare-server.mjs")).startBareServer()
  : await (await import("./gateway-server.mjs")).startGatewayServer();

let report;
try {
  report = await runFuzzer(python, server.url, isBare ? "bare-ws" : "gateway", patterns);
} finally {
  await server.close();
}

const verdicts = new Map(report.asked.map((id) => [id, judge(id, report.cases[id], server)]));
console.log(`\n${table(verdicts)}\n`);
for (const [id, verdict] of verdicts) {
  if (verdict === "strict" || verdict === "as-aws" || verdict === "not-offered") continue;
  const result = report.cases[id];
  if (result === undefined) console.log(`${id} ${verdict}: no result`);
  else {
    console.log(
      `${id} ${verdict}: ${result.behavior}, ${result.result} Closing: ${result.behaviorClose}, ` +
        `${result.resultClose} (${result.remoteCloseCode})`,
    );
  }
}
const failed = [...verdicts.values()].filter((verdict) => verdict === "failed").length;
const passed = [...verdicts.values()].filter(
  (verdict) => verdict !== "failed" && verdict !== "not-offered",
).length;
const notOffered = verdicts.size - failed - passed;
if (notOffered > 0) console.log(`${notOffered} cases of extensions the server did not offer`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
