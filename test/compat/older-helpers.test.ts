import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { freePort } from "../helpers/free-port.ts";
import { holdPort } from "../helpers/held-port.ts";
import { installed, messagesOf, projectWith } from "./architect-app.ts";

// Helpers that have ports written into them. Here these lead to free ones, in Arclet's process and in the
// functions' threads: only the numbers are other than a user's, and nothing else on the machine matters.
const manifest = `@app
testapp

@http
get /

@ws

@events
saved

@tables
log
  id *String
`;

/** As written for Architect 5, in 2019. */
const project = {
  ".arc": manifest,
  "src/http/get-index/index.js": `let arc = require("@architect/functions");
exports.handler = async function () {
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: String(arc.static ? arc.static("/app.css") : "") };
};
`,
  "src/ws/ws-connect/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
  "src/ws/ws-disconnect/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
  "src/ws/ws-default/index.js": `let arc = require("@architect/functions");
exports.handler = async function (event) {
  let id = event.requestContext.connectionId;
  await arc.ws(event).send({ id, payload: { echo: JSON.parse(event.body).text } });
  await arc.events.publish({ name: "saved", payload: { id } });
  return { statusCode: 200 };
};
`,
  "src/events/saved/index.js": `let arc = require("@architect/functions");
let data = require("@architect/data");
exports.handler = async function (event) {
  let { id } = JSON.parse(event.Records[0].Sns.Message);
  await data.log.put({ id: "1", text: "kept" });
  let row = await data.log.get({ id: "1" });
  await arc.ws({ requestContext: {} }).send({ id, payload: { row, cwd: process.cwd(), env: process.env.NODE_ENV } });
};
`,
};

interface MappedPorts {
  /** Where a port of 2019 is in this test. */
  readonly portOf: (port: number) => number;
  /** Environment of the command line. */
  readonly env: Record<string, string>;
  /** The project, with the same for its functions. */
  readonly files: Record<string, string>;
}

async function mappedPorts(): Promise<MappedPorts> {
  const ports = new Map<number, number>();
  for (const port of [3333, 3334, 5000]) ports.set(port, await freePort());
  const env = {
    NODE_OPTIONS: `--require ${fileURLToPath(new URL("mapped-ports.cjs", import.meta.url))}`,
    ARCLET_MAPPED_PORTS: JSON.stringify(Object.fromEntries(ports)),
  };
  const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'\n`);
  return {
    portOf: (port) => ports.get(port) ?? port,
    env,
    files: { ...project, ".env": lines.join("") },
  };
}

const packages = ["@architect/functions@3.3.0", "@architect/data@3.0.5", "aws-sdk@2"];

describe.sequential("helpers of 2019", () => {
  test("find sockets, events and tables at the ports of their time", async () => {
    const { files, env } = await mappedPorts();
    await using app = await projectWith(files, await installed("3.3", packages));
    await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: app.path, env });
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    expect(await (await fetch(url)).text()).toBe("/_static/app.css");
    const socket = new WebSocket(url.replace("http", "ws"));
    await once(socket, "open");
    const messages = messagesOf(socket, 2);
    socket.send(JSON.stringify({ text: "hi" }));
    expect(await messages).toMatchObject([
      { echo: "hi" },
      { row: { id: "1", text: "kept" }, env: "testing" },
    ]);
    socket.terminate();
    expect(await cli.interrupt()).toBe(0);
  }, 240_000);

  test("a port of theirs that is taken is told, with the helper that needs it", async () => {
    const { files, env, portOf } = await mappedPorts();
    await using app = await projectWith(files, await installed("3.3", packages));
    const held = await holdPort(portOf(3334));
    const { code, output } = await runCli(["sandbox", "--port", "0"], { cwd: app.path, env });
    await held.release();
    expect(output).toMatch(
      /Port 3334 is in use, but @architect\/functions 3\.3\.0 publishes events and messages only on this port/,
    );
    expect(code).toBe(1);
  }, 240_000);
});
