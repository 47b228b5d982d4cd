import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { holdPort } from "../helpers/held-port.ts";
import { installed, messagesOf, projectWith } from "./architect-app.ts";

// Helpers that have ports written into them: these files must not run side by side with others that do.
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

const packages = ["@architect/functions@3.3.0", "@architect/data@3.0.5", "aws-sdk@2"];

describe.sequential("helpers of 2019", () => {
  test("find sockets, events and tables at the ports of their time", async () => {
    await using app = await projectWith(project, await installed("3.3", packages));
    await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: app.path });
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
    await using app = await projectWith(project, await installed("3.3", packages));
    const held = await holdPort(3334);
    const { code, output } = await runCli(["sandbox", "--port", "0"], { cwd: app.path });
    await held.release();
    expect(output).toMatch(
      /Port 3334 is in use, and @architect\/functions 3\.3\.0 publishes events and messages at no other/,
    );
    expect(code).toBe(1);
  }, 240_000);
});
