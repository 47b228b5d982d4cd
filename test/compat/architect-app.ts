import { execFile } from "node:child_process";
import { on } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { WebSocket } from "ws";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../.cache/compat");

/** Installs packages once, in a folder of their own beside the workspace; gives its `node_modules`. */
export async function installed(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cache, name);
  const stamp = join(folder, ".arclet-installed");
  const wanted = packages.join("\n");
  if ((await readFile(stamp, "utf8").catch(() => "")) === wanted)
    return join(folder, "node_modules");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"private":true}');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  await run("npm", ["install", ...flags, ...packages], { cwd: folder });
  await writeFile(stamp, wanted);
  return join(folder, "node_modules");
}

// The SDKs that the Lambda runtimes of their time have; majors up to 7 expect to find them.
const lambdaSdks = [
  "aws-sdk@2",
  "@aws-sdk/client-ssm@3",
  "@aws-sdk/node-http-handler@3",
  "@aws-sdk/client-dynamodb@3",
  "@aws-sdk/lib-dynamodb@3",
  "@aws-sdk/client-apigatewaymanagementapi@3",
];

/** `@architect/functions` of a major version, with what it finds on Lambda. */
export function architectFunctions(major: number): Promise<string> {
  return installed(String(major), [
    `@architect/functions@${major}`,
    ...(major >= 8 ? [] : lambdaSdks),
  ]);
}

/** A project as people wrote them for Architect; nothing in it knows of Arclet. */
export const architectProject: Readonly<Record<string, string>> = {
  "app.arc": `@app
testapp

@http
get /
get /count
get /log/:id
post /form

@ws

@events
saved

@queues
work

@tables
log
  id *String

@static
folder public
`,
  "public/app.css": "body { color: teal }",
  "src/shared/greeting.js": 'module.exports = (name) => "Hello " + name;\n',
  "src/views/layout.js":
    'module.exports = ({ title, css }) => `<link rel="stylesheet" href="${css}"><h1>${title}</h1>`;\n',
  "src/http/get-index/index.js": `let arc = require("@architect/functions");
let greeting = require("@architect/shared/greeting");
let layout = require("@architect/views/layout");
exports.handler = arc.http.async(async function () {
  return { html: layout({ title: greeting("world"), css: arc.static("app.css") }) };
});
`,
  "src/http/get-count/index.js": `let arc = require("@architect/functions");
exports.handler = arc.http.async(async function (req) {
  let count = (req.session.count || 0) + 1;
  return { session: { count }, json: { count } };
});
`,
  "src/http/get-log-000id/index.js": `let arc = require("@architect/functions");
exports.handler = arc.http.async(async function (req) {
  let data = await arc.tables();
  return { json: await data.log.get({ id: req.params.id }) };
});
`,
  "src/http/post-form/index.js": `let arc = require("@architect/functions");
exports.handler = arc.http.async(async function (req) {
  return { location: "/?name=" + req.body.name };
});
`,
  "src/ws/connect/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
  "src/ws/disconnect/index.js": "exports.handler = async () => ({ statusCode: 200 });\n",
  "src/ws/default/index.js": `let arc = require("@architect/functions");
exports.handler = async function (event) {
  let id = event.requestContext.connectionId;
  let payload = { id, text: JSON.parse(event.body).text };
  await arc.ws.send({ id, payload: { echo: payload.text } });
  await arc.events.publish({ name: "saved", payload });
  await arc.queues.publish({ name: "work", payload });
  return { statusCode: 200 };
};
`,
  "src/events/saved/index.js": `let arc = require("@architect/functions");
exports.handler = arc.events.subscribe(async function ({ id, text }) {
  let data = await arc.tables();
  await data.log.put({ id: "event", text });
  await arc.ws.send({ id, payload: { stored: "event" } });
});
`,
  "src/queues/work/index.js": `let arc = require("@architect/functions");
exports.handler = arc.queues.subscribe(async function ({ id, text }) {
  let data = await arc.tables();
  await data.log.put({ id: "queue", text });
  await arc.ws.send({ id, payload: { stored: "queue", sandbox: process.env.ARC_SANDBOX } });
});
`,
};

/** A folder with a project and the packages it depends on. */
export async function projectWith(
  files: Readonly<Record<string, string>>,
  modules: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder(files);
  await symlink(modules, join(folder.path, "node_modules"), "dir");
  return folder;
}

/** The next messages, parsed, in the order in which they come. */
export async function messagesOf(
  socket: WebSocket,
  count: number,
): Promise<Record<string, unknown>[]> {
  const messages: Record<string, unknown>[] = [];
  for await (const [data] of on(socket, "message") as AsyncIterable<readonly unknown[]>) {
    messages.push(JSON.parse(String(data)) as Record<string, unknown>);
    if (messages.length === count) break;
  }
  return messages;
}
