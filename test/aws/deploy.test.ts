import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createFunctionBuilder, zipDirectory, type BuiltFunction } from "@arclet/build";
import {
  deployApp,
  describeApp,
  destroyApp,
  manageEnv,
  tailLogs,
  type DeployEvent,
  type DeployResult,
  type LogLine,
} from "@arclet/deploy";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import type { Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));
let root = "";

const echo = (prefix: string): string => `
import { ws } from "@arclet/functions";
export async function handler(event) {
  console.log("got " + event.body);
  const greeting = process.env.GREETING ?? "";
  await ws.send({ id: event.requestContext.connectionId, payload: { ${prefix}: JSON.parse(event.body).text + greeting } });
  return { statusCode: 200 };
}
`;
const ok = "export const handler = async () => ({ statusCode: 200 });\n";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "arclet-aws-"));
  await write("app.arc", "@app\necho-aws\n\n@http\nget /\n\n@ws\n\n@tables\nnotes\n  id *String\n");
  await write("package.json", '{"type":"module"}');
  await write(
    "src/http/get-index/index.js",
    'export const handler = async () => { console.log("got a request"); return { statusCode: 200, body: "hi" }; };\n',
  );
  await write("src/ws/ws-connect/index.js", ok);
  await write("src/ws/ws-disconnect/index.js", ok);
  await write("src/ws/ws-default/index.js", echo("echo"));
  await mkdir(join(root, "node_modules/@arclet"), { recursive: true });
  await symlink(join(packages, "functions"), join(root, "node_modules/@arclet/functions"));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function read(): Promise<Project> {
  const { project, diagnostics } = await readProject(root);
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  return project;
}

async function deploy(
  mode: "all" | "code" = "all",
): Promise<{ readonly result: DeployResult; readonly events: readonly DeployEvent[] }> {
  const project = await read();
  const builder = createFunctionBuilder({ root: project.root });
  const built: BuiltFunction[] = [];
  try {
    for (const declared of project.functions) {
      const result = await builder.build(declared);
      if (!result.ok) throw new Error(JSON.stringify(result));
      built.push(result.built);
    }
  } finally {
    await builder.close();
  }
  const events: DeployEvent[] = [];
  const result = await deployApp(
    {
      project,
      built,
      zip: zipDirectory,
      stage: "staging",
      name: null,
      mode,
      webSocketAccessLogs: false,
      confirm: () => Promise.resolve(true),
    },
    { report: (event) => void events.push(event) },
  );
  return { result, events };
}

/** Sends one message and resolves with the first answer. */
async function ask(url: string, message: unknown): Promise<unknown> {
  // `<api>.execute-api.localhost` is loopback, which not every resolver knows.
  const { hostname, port } = new URL(process.env["AWS_ENDPOINT_URL"] ?? "");
  const { host, pathname } = new URL(url);
  const socket = new WebSocket(`ws://${hostname}:${port}${pathname}`, { headers: { host } });
  await once(socket, "open");
  socket.send(JSON.stringify(message));
  const [data] = await once(socket, "message");
  socket.close();
  await once(socket, "close");
  return JSON.parse(String(data));
}

async function get(url: string): Promise<string> {
  const { hostname, port } = new URL(process.env["AWS_ENDPOINT_URL"] ?? "");
  const { host, pathname } = new URL(url);
  const [response] = (await once(
    request({ hostname, port, path: pathname, headers: { host } }).end(),
    "response",
  )) as [IncomingMessage];
  return readText(response);
}

test("an app is deployed, changed, read and destroyed", async () => {
  const first = await deploy();
  const url = first.result.webSocketUrl ?? "";
  // AWS gives wss://, MiniStack http:// (docs/deploy.md).
  expect(url).toMatch(/\/staging$/);
  expect(await ask(url, { text: "hello" })).toEqual({ echo: "hello" });

  const again = await deploy();
  expect(again.result.isChanged).toBe(false);
  expect(again.events.filter(({ type }) => type === "uploaded")).toEqual([]);

  await write("src/ws/ws-default/index.js", echo("again"));
  expect((await deploy()).result.isChanged).toBe(true);
  expect(await ask(url, { text: "hello" })).toEqual({ again: "hello" });

  await write(
    "app.arc",
    "@app\necho-aws\n\n@http\nget /\n\n@ws\nshout\n\n@tables\nnotes\n  id *String\n",
  );
  await write("src/ws/ws-shout/index.js", echo("shout"));
  await deploy();
  expect(await ask(url, { action: "shout", text: "hey" })).toEqual({ shout: "hey" });

  const app = { manifest: (await read()).manifest, stage: "staging", name: null } as const;
  expect(await manageEnv(app, { type: "add", name: "GREETING", value: "!s3cret" })).toEqual([
    "GREETING",
  ]);
  const withValue = await deploy();
  expect(JSON.stringify(withValue.events)).not.toContain("s3cret");
  expect(await ask(url, { action: "shout", text: "hey" })).toEqual({ shout: "hey!s3cret" });

  await write("src/ws/ws-shout/index.js", echo("fast"));
  const fast = await deploy("code");
  expect(fast.events).toContainEqual({ type: "code-updated", functionId: "ws/shout" });
  expect(await ask(url, { action: "shout", text: "hey" })).toEqual({ fast: "hey!s3cret" });

  // MiniStack logs HTTP invocations, and none of sockets (docs/deploy.md).
  expect(await get(first.result.httpUrl ?? "")).toBe("hi");
  const lines: LogLine[] = [];
  await tailLogs(
    {
      ...app,
      functionId: "http/get-index",
      since: 0,
      follow: false,
      signal: new AbortController().signal,
    },
    (line) => void lines.push(line),
  );
  expect(lines.map(({ message }) => message).join("\n")).toContain("got a request");

  const described = await describeApp(app);
  expect(described.webSocketUrl).toBe(url);
  expect(described.functions.map(({ id }) => id).toSorted()).toEqual([
    "http/get-index",
    "ws/connect",
    "ws/default",
    "ws/disconnect",
    "ws/shout",
  ]);

  const reporter = { report: () => {} };
  await expect(destroyApp({ ...app, force: false }, reporter)).rejects.toMatchObject({
    code: "ERR_HOLDS_DATA",
  });
  await destroyApp({ ...app, force: true }, reporter);
  await expect(describeApp(app)).rejects.toMatchObject({ code: "ERR_STACK_MISSING" });
  expect(await manageEnv(app, { type: "list" })).toEqual([]);
  expect((await new DynamoDBClient({}).send(new ListTablesCommand({}))).TableNames).toEqual([]);
});
