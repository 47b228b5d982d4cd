// Services with a data folder in a process of their own, which tests may kill: `node data-host.mjs <folder>`.
// Prints its endpoints as a line of JSON, then a line for each event of a function.
import process from "node:process";
import { createSystemClock } from "../../dist/clock.js";
import { createTrust } from "../../dist/http/trust.js";
import { createServices } from "../../dist/services/services.js";
import { Traffic } from "../../dist/traffic/traffic.js";
import { manifestWith } from "../../../../test/helpers/model.mjs";

const [dataDirectory] = process.argv.slice(2);
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const traffic = new Traffic();
traffic.listen((event) => {
  if (event.type === "log") print({ log: event.log.text });
  if (event.type === "bug") print({ bug: String(event.error?.stack ?? event.error) });
});
const table = {
  partitionKey: { name: "id", type: "S" },
  sortKey: null,
  ttlAttribute: null,
  encrypt: false,
  pointInTimeRecovery: false,
  indexes: [],
  origin: null,
};
try {
  const services = await createServices({
    app: {
      manifest: manifestWith({
        tables: [
          { ...table, name: "cats" },
          { ...table, name: "dogs" },
        ],
        tableStreams: [{ table: "cats", functionId: "tables-streams/cats", origin: null }],
        events: [{ name: "hi", functionId: "events/hi", origin: null }],
        queues: [
          {
            name: "jobs",
            functionId: "queues/jobs",
            fifo: false,
            batchSize: 1,
            batchWindow: 0,
            origin: null,
          },
        ],
      }),
      root: process.cwd(),
      functions: [],
    },
    invoker: {
      invoke: (functionId, payload) => {
        print({ functionId, event: JSON.parse(payload) });
        return Promise.resolve({ ok: true, payload: "null" });
      },
    },
    clock: createSystemClock(),
    traffic,
    connections: {
      attach() {},
      detach() {},
      request: () => "gone",
      close: () => Promise.resolve(),
    },
    trust: createTrust({ host: "localhost", allowedOrigins: [], publicUrl: null }),
    dataDirectory,
  });
  print({ environment: services.environment() });
  process.stdin.once("data", () => {
    services.start();
  });
  process.stdin.once("end", () => {
    void services.close().then(() => process.exit(0));
  });
} catch (error) {
  print({ refused: { code: error.code, message: error.message } });
  process.exit(1);
}
