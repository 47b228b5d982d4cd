import { once } from "node:events";
import { request as requestHttps, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { generate } from "selfsigned";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { TlsFiles } from "../../src/gateway/listener.ts";
import { startGateway } from "./gateway-harness.ts";

const page = {
  routes: ["get /", "post /"],
  functions: {
    "get /": () => ({ statusCode: 200, body: "page" }),
    "post /": (event: { body: string }) => ({ statusCode: 200, body: event.body }),
  },
} as const;

/** A TCP peer that does not end its side by itself. */
async function dial(port: number): Promise<{ socket: Socket; text: () => Promise<string> }> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => {
    socket.destroy();
  });
  // A reset ends the connection as well.
  socket.on("error", () => {});
  await once(socket, "connect");
  return {
    socket,
    async text() {
      let received = "";
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
      });
      await once(socket, "end");
      return received;
    },
  };
}

describe("two Host headers", () => {
  test.each([
    ["a request", []],
    [
      "an upgrade",
      [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ],
    ],
  ])("are refused in %s", async (_, more) => {
    const { port, count } = await startGateway(page);
    const { socket, text } = await dial(port);
    const hosts = ["Host: localhost", "hOsT: evil.example"];
    socket.write(["GET / HTTP/1.1", ...hosts, ...more, "", ""].join("\r\n"));
    expect(await text()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(count("get /") + count("connect")).toBe(0);
  });
});

describe("an upgrade to another protocol", () => {
  const h2c = [
    "Host: localhost",
    "Connection: Upgrade, HTTP2-Settings, close",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
  ];

  test("is ignored: a request is answered", async () => {
    const { port, event } = await startGateway(page);
    const { socket, text } = await dial(port);
    socket.write(["GET / HTTP/1.1", ...h2c, "X-Own: 1", "", ""].join("\r\n"));
    expect(await text()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\npage$/);
    const { headers } = await event("get /");
    expect(headers).toMatchObject({ "x-own": "1" });
    expect(headers).not.toHaveProperty("upgrade");
  });

  test("is ignored: its body reaches the function, also in pieces", async () => {
    const { port } = await startGateway(page);
    const { socket, text } = await dial(port);
    const type = "Content-Type: text/plain";
    socket.write(["POST / HTTP/1.1", ...h2c, type, "Content-Length: 8", "", "four"].join("\r\n"));
    await new Promise((resolve) => socket.write("five", resolve));
    expect(await text()).toMatch(/\r\n\r\nfourfive$/);
  });

  test("is ignored beside websocket", async () => {
    const { port } = await startGateway();
    const { socket } = await dial(port);
    const lines = [
      "GET / HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: WebSocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    socket.write([...lines, "", ""].join("\r\n"));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
  });
});

describe("a refused peer that keeps its connection open", () => {
  const refusals = [
    ["what is no HTTP", "nonsense\r\n\r\n"],
    [
      "a handshake",
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
  ] as const;

  test.each(refusals)("gets its answer and is let go: %s", async (_, sent) => {
    const { port } = await startGateway();
    const { socket, text } = await dial(port);
    socket.write(sent);
    expect(await text()).toMatch(/^HTTP\/1\.1 400 /);
    // Its own side stays open; the server ends the connection all the same.
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const write = (): void => {
      if (!socket.destroyed) socket.write("still here\r\n", () => setImmediate(write));
    };
    write();
    await closed;
  });

  test.each(refusals)("does not keep the server from ending: %s", async (_, sent) => {
    const { port, close } = await startGateway();
    const { socket, text } = await dial(port);
    socket.write(sent);
    await text();
    await close();
    expect(await canConnect(port)).toBe(false);
  });
});

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

describe("with a certificate", () => {
  test("pages come over TLS, and sockets as wss", async () => {
    const tls = await certificate();
    const { port } = await startGateway({ ...page, tls });
    expect(await getSecurely({ port, path: "/", ca: tls.cert })).toBe("page");
    const script = await getSecurely({ port, path: "/_arclet/env.js", ca: tls.cert });
    expect(script).toBe(`window.WS_URL = "wss://localhost:${port}";\n`);
    const socket = new WebSocket(`wss://localhost:${port}`, {
      ca: tls.cert,
      origin: `https://localhost:${port}`,
    });
    await once(socket, "open");
    socket.terminate();
  });

  test("functions of this machine still reach it without", async () => {
    const { url, open } = await startGateway({ ...page, tls: await certificate() });
    expect(await (await fetch(url)).text()).toBe("page");
    expect((await fetch(`${url}/_arclet/health`)).status).toBe(200);
    const client = await open();
    client.socket.terminate();
  });

  test("an upgrade to another protocol is ignored over TLS too", async () => {
    const tls = await certificate();
    const { port } = await startGateway({ ...page, tls });
    const socket = connectTls({ port, host: "localhost", ca: tls.cert });
    await once(socket, "secureConnect");
    socket.write(
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
    );
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*page$/);
  });

  test("a peer that says nothing does not keep the server from ending", async () => {
    const { port, close } = await startGateway({ tls: await certificate() });
    await dial(port);
    await close();
    expect(await canConnect(port)).toBe(false);
  });
});

async function certificate(): Promise<TlsFiles> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
  });
  return { cert: made.cert, key: made.private };
}

async function getSecurely(options: RequestOptions): Promise<string> {
  const sent = requestHttps({ host: "localhost", agent: false, ...options }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}
