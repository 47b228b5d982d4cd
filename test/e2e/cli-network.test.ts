import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const app = {
  ".arc": "@app\nreach\n\n@ws\n\n@http\nget /\n",
  "src/http/get-index/index.mjs": `export const handler = async () =>
  ({ statusCode: 200, headers: { "content-type": "text/plain" }, body: process.env.ARC_WSS_URL });\n`,
  "src/ws/connect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
  "src/ws/default/index.mjs": `import { ws } from "@arclet/functions";
export const handler = async (event) => {
  await ws.send({ id: event.requestContext.connectionId, payload: event.body });
  return { statusCode: 200 };
};\n`,
  "src/ws/disconnect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
};

async function read(options: RequestOptions): Promise<{ status: number; text: string }> {
  const sent = request({ host: "localhost", agent: false, ...options }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

test("--https serves pages and sockets over TLS, with a certificate that stays", async () => {
  await using folder = await temporaryFolder(app);
  await linkDependencies(folder.path);
  const certificate = join(folder.path, ".arclet/certificate/cert.pem");
  const kept: string[] = [];
  for (let start = 0; start < 2; start++) {
    await using cli = new CliProcess(["dev", folder.path, "--port", "0", "--https"]);
    const [, port = ""] = await cli.waitFor(/https:\/\/localhost:(\d+)\n\s+wss:\/\/localhost:\1\n/);
    const ca = await readFile(certificate, "utf8");
    kept.push(ca);
    const { text } = await read({ port, path: "/", ca });
    expect(text).toBe(`wss://localhost:${port}`);
    const socket = new WebSocket(text, { ca, origin: `https://localhost:${port}` });
    await once(socket, "open");
    socket.send("over TLS");
    const [answer] = (await once(socket, "message")) as [Buffer];
    expect(answer.toString()).toBe("over TLS");
    socket.terminate();
  }
  expect(kept[1]).toBe(kept[0]);
});

test("--public-url is shown, and is where pages find their socket", async () => {
  await using folder = await temporaryFolder(app);
  await linkDependencies(folder.path);
  const flags = ["--public-url", "https://app.example"];
  await using cli = new CliProcess(["dev", folder.path, "--port", "0", ...flags]);
  const [, url = ""] = await cli.waitFor(
    /(http:\/\/localhost:\d+)\n\s+https:\/\/app\.example\n\s+wss:\/\/app\.example\n/,
  );
  expect(await (await fetch(url)).text()).toBe("wss://app.example");
  const health = `${url}/_arclet/health`;
  expect((await fetch(health)).status).toBe(200);
  const forwarded = await fetch(health, { headers: { "x-forwarded-host": "app.example" } });
  expect(forwarded.status).toBe(403);
});

test("a page that may open no socket is named, with what lets it in", async () => {
  await using folder = await temporaryFolder(app);
  await linkDependencies(folder.path);
  await using cli = new CliProcess(["dev", folder.path, "--port", "0"]);
  const [, url = ""] = await cli.waitFor(/(ws:\/\/localhost:\d+)\n/);
  const socket = new WebSocket(url, { origin: "https://other.example" });
  await once(socket, "error");
  const [line] = await cli.waitFor(/^.*https:\/\/other\.example.*$/m);
  expect(line).toContain("--allow-origin");
});

test("flags that make no sense are refused before anything starts", async () => {
  await using folder = await temporaryFolder(app);
  const { code, output } = await runCli(["dev", folder.path, "--cert", "missing.pem"]);
  expect(code).toBe(1);
  expect(output).toContain("--key is missing");
});
