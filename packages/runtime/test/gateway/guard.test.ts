import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { startServices } from "../services/local-services.ts";
import { openClient } from "./client.ts";
import { startGateway, type GatewayHarness } from "./gateway-harness.ts";
import { startReverseProxy } from "./reverse-proxy.ts";

const publicUrl = "https://app.example";

/** What only this machine may ask for. */
const guarded = [
  ["GET", "/_arclet/health"],
  ["GET", "/_arclet/events"],
  ["GET", "/@connections/AAAAAAAAAAAAAAA="],
  ["POST", "/@connections/AAAAAAAAAAAAAAA="],
  ["DELETE", "/testing/@connections/AAAAAAAAAAAAAAA="],
  ["POST", "/_arc/ws/@connections/AAAAAAAAAAAAAAA="],
  ["POST", "/_arc/ssm"],
  ["POST", "/__arc"],
] as const;

async function startApp(given: { readonly publicUrl?: string } = {}): Promise<GatewayHarness> {
  const { services } = await startServices({});
  return startGateway({
    ...given,
    routes: ["get /"],
    functions: { "get /": () => ({ statusCode: 200, body: "page" }) },
    answerService: (incoming, response) => services.handleHttp(incoming, response),
  });
}

async function ask(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
  sent.end(method === "POST" ? "{}" : undefined);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const status = response.statusCode ?? 0;
  if (response.headers["content-type"] === "text/event-stream") {
    response.destroy();
    return { status, text: "" };
  }
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status, text };
}

describe.each(guarded)("%s %s", (method, path) => {
  test("answers programs of this machine", async () => {
    const { port } = await startApp();
    expect((await ask(port, method, path)).status).not.toBe(403);
    const { status } = await ask(port, method, path, { origin: "http://localhost:5173" });
    expect(status).not.toBe(403);
  });

  test.each([
    ["a proxy that keeps the Host", { isHonest: true }],
    ["a proxy that names this machine as Host", { isHonest: true, host: "localhost:3333" }],
    ["a proxy that says nothing of itself", { isHonest: false }],
  ])("refuses requests that come through %s", async (_, options) => {
    const { port } = await startApp({ publicUrl });
    const proxy = await startReverseProxy(port, options);
    const { status } = await ask(proxy, method, path, { host: "app.example" });
    expect(status).toBe(403);
  });

  test.each([
    ["a foreign page", { origin: "https://evil.example" }],
    ["a page of the public URL", { origin: publicUrl }],
    ["what a foreign page embeds", { "sec-fetch-site": "cross-site" }],
    ["a name that was bound to this machine", { host: "evil.example:3333" }],
  ])("refuses %s", async (_, headers) => {
    const { port } = await startApp({ publicUrl });
    expect((await ask(port, method, path, headers)).status).toBe(403);
  });
});

describe("through a tunnel, an app with a public URL", () => {
  test.each([{}, { host: "localhost:3333" }])(
    "has its pages and its sockets (%j)",
    async (rewrite) => {
      const { port } = await startApp({ publicUrl });
      const proxy = await startReverseProxy(port, rewrite);
      expect((await ask(proxy, "GET", "/", { host: "app.example" })).text).toBe("page");
      const { text } = await ask(proxy, "GET", "/_arclet/env.js", { host: "app.example" });
      expect(text).toBe('window.WS_URL = "wss://app.example";\n');
      const client = await openClient(proxy, {
        origin: publicUrl,
        headers: { host: "app.example" },
      });
      expect(client.socket.readyState).toBe(client.socket.OPEN);
      client.socket.terminate();
    },
  );

  test("opens no socket for other pages", async () => {
    const { port, traffic } = await startApp({ publicUrl });
    const reasons: string[] = [];
    traffic.listen((event) => {
      if (event.type === "connect-refused") reasons.push(event.reason);
    });
    const proxy = await startReverseProxy(port);
    await expect(openClient(proxy, { origin: "https://evil.example" })).rejects.toThrow("403");
    expect(reasons).toEqual([
      "Arclet refused the foreign origin https://evil.example: --allow-origin or origins below @ws-settings allows it",
    ]);
  });
});
