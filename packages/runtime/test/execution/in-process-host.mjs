// A process that runs functions in itself, as a program that embeds the runtime does; prints what it saw.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemClock } from "../../dist/clock.js";
import { FunctionInvoker } from "../../dist/execution/function-invoker.js";
import { createInProcessStrategy } from "../../dist/execution/in-process/strategy.js";
import { Traffic } from "../../dist/traffic/traffic.js";
import { functionConfigWith } from "../../../../test/helpers/model.mjs";

const handler = `export const handler = async (event, context) => {
  const { env } = process;
  if (event.fail === "exception") setTimeout(() => { throw new TypeError("late"); }, 1);
  if (event.fail === "rejection") Promise.reject(new TypeError("lost"));
  if (event.fail === "exit") process.exit(7);
  if (event.fail) await new Promise(() => {});
  env.SET_BY_FUNCTION = 1;
  console.log("out %d", 1);
  await null;
  process.stderr.write("err");
  return { mine: env.MINE, ofTheHost: env.OF_THE_HOST ?? null, isSet: env.SET_BY_FUNCTION };
};`;

// As a server does, which waits for requests.
const alive = setInterval(() => {}, 1000);
const directory = await mkdtemp(join(tmpdir(), "arclet-in-process-"));
const { env } = process;
const cwd = process.cwd();
const logs = [];
const traffic = new Traffic();
let newest = "";
traffic.listen((event) => {
  if (event.type === "log") logs.push(event.log);
  if (event.type === "invoked") newest = event.requestId;
});
const invoker = new FunctionInvoker({
  strategy: createInProcessStrategy(),
  clock: createSystemClock(),
  traffic,
  channel: { request: () => "gone" },
  maxEnvironments: 1,
  concurrencyPerEnvironment: 1,
  region: "us-east-1",
});

async function set(functionId, code) {
  const entry = join(directory, `${functionId}.mjs`);
  await writeFile(entry, code);
  const config = functionConfigWith({ memory: 128, timeout: 60 });
  const built = {
    functionId,
    directory,
    sourceDirectory: directory,
    handler: `${functionId}.handler`,
    entry,
    format: "esm",
    hash: functionId,
    inputs: [],
  };
  const variables = { MINE: "yes" };
  await invoker.setFunction({ functionId, functionName: functionId, config, variables, built });
}

const invoke = (event) => invoker.invoke("good", JSON.stringify(event));
const fail = async (how) => {
  const { kind, errorType, errorMessage } = await invoke({ fail: how });
  return [kind, errorType, errorMessage.replace(/^RequestId: \S+ Error: /, "")];
};
await set("good", handler);
const value = JSON.parse((await invoke({})).payload);
const told = logs
  .splice(0)
  .map(({ stream, text, requestId }) => [stream, text.trimEnd(), requestId === newest]);
const exception = await fail("exception");
const rejection = await fail("rejection");
const exited = await fail("exit");
await set("broken", "export const handler = async () => {");
const { kind, errorType } = await invoker.invoke("broken", "{}");
const after = JSON.parse((await invoke({})).payload);
const host = {
  mine: process.env.MINE ?? null,
  ofTheHost: process.env.OF_THE_HOST,
  isSet: process.env.SET_BY_FUNCTION ?? null,
  cwd: process.cwd() === cwd,
};
await invoker.close();
host.restored = process.env === env;
clearInterval(alive);
await rm(directory, { recursive: true });
console.log(
  JSON.stringify({
    value,
    logs: told,
    exception,
    rejection,
    exit: exited,
    syntax: [kind, errorType],
    after,
    host,
  }),
);
