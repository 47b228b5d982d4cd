// What a hostile page, a stranger in the network or a crafted path gets from a running app.
import { symlink } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { accept, echo } from "./echo-functions.ts";
import { RawClient } from "./raw-client.ts";
import { ServerProcess } from "./server-process.ts";

const secret = "s3cr3t-0f-th3-d0tenv-f1le";
const outside = "outside of the public folder";

/** Answers with the event it got, as the connection's first message or the HTTP body. */
const showEvent = `
import { ws } from "@arclet/functions";
export async function handler(event) {
  const { identity, http, connectionId } = event.requestContext;
  const shown = JSON.stringify({ sourceIp: identity?.sourceIp ?? http?.sourceIp, headers: event.headers });
  if (connectionId === undefined) return { statusCode: 200, body: shown };
  await ws.send({ id: connectionId, payload: shown });
  return { statusCode: 200 };
}
`;

const fail = `
export async function handler() {
  throw new Error("a failure on purpose");
}
`;

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start({
    functions: {
      "ws/connect": accept,
      "ws/default": echo,
      "ws/disconnect": accept,
      "ws/show": showEvent,
      "ws/fail": fail,
      "http/get-show": showEvent,
      "http/get-fail": fail,
    },
    env: { API_TOKEN: secret },
    files: {
      "public/index.html": "<h1>public</h1>",
      "public/folder/inner.txt": "inner",
      "secret.txt": outside,
      ".env": `API_TOKEN=${secret}\n`,
    },
    limits: { connectionsPerSecond: Infinity },
    keepsEvents: true,
  });
  await symlink(join(server.root, "secret.txt"), join(server.root, "public/link.txt"));
  await symlink(server.root, join(server.root, "public/linked"));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Sends a request as it stands, so that no client library tidies path or headers. */
async function raw(
  line: string,
  headers: readonly string[],
  body = "",
): Promise<{ status: number; head: string; body: string }> {
  using client = await RawClient.connect(server.port);
  client.send([`${line} HTTP/1.1`, ...headers, "Connection: close", "", body].join("\r\n"));
  const answer = (await client.readToEnd()).toString();
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head, body: rest.join("\r\n\r\n") };
}

/** Status of an upgrade: 101 or the refusal. */
async function upgradeStatus(headers: readonly string[], path = "/"): Promise<number> {
  using client = await RawClient.connect(server.port);
  client.send(
    [
      `GET ${path} HTTP/1.1`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
      "",
      "",
    ].join("\r\n"),
  );
  return Number((await client.responseHead())?.split(" ")[1]);
}

/** Whether anybody answers at an address. */
async function isListening(host: string): Promise<boolean> {
  try {
    using client = await RawClient.connect(server.port, host);
    return client !== null;
  } catch {
    return false;
  }
}

describe("the listener", () => {
  test("listens only on loopback by default", async () => {
    expect(await isListening("127.0.0.1")).toBe(true);
    // All of 127/8 is this machine on Linux: only a listener on every address answers here.
    expect(await isListening("127.0.0.2")).toBe(false);
    const foreign = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && address.family === "IPv4");
    const listening = await Promise.all(
      foreign.map(async ({ address }) => ((await isListening(address)) ? [address] : [])),
    );
    expect(listening.flat()).toEqual([]);
  });
});

const own = (): string => `Host: localhost:${server.port}`;
const foreignOrigins = [
  "https://evil.example",
  "http://localhost.evil.example",
  "http://evil.example:3333",
  "null",
  "file://",
];
const foreignHosts = [
  "evil.example",
  "localhost.evil.example",
  "127.0.0.1.evil.example:3333",
  "10.1.2.3",
];

describe("a page of a foreign origin", () => {
  test.each(foreignOrigins)("%s cannot open a socket", async (origin) => {
    expect(await upgradeStatus([own(), `Origin: ${origin}`])).toBe(403);
  });

  test.each(foreignOrigins)("%s cannot read developer endpoints", async (origin) => {
    for (const name of ["health", "events", "env.js"]) {
      const { status } = await raw(`GET /_arclet/${name}`, [own(), `Origin: ${origin}`]);
      expect(status).toBe(403);
    }
  });

  test("does not post to connections", async () => {
    const { status } = await raw("POST /@connections/AAAAAAAAAAAAAAA=", [
      own(),
      "Origin: https://evil.example",
      "Content-Length: 0",
    ]);
    expect(status).toBe(403);
  });

  test("is not the app's own: that one opens sockets", async () => {
    expect(await upgradeStatus([own(), `Origin: http://localhost:${server.port}`])).toBe(101);
    expect(
      await upgradeStatus([
        `Host: 127.0.0.1:${server.port}`,
        `Origin: http://127.0.0.1:${server.port}`,
      ]),
    ).toBe(101);
    expect((await raw("GET /_arclet/health", [own()])).status).toBe(200);
    // A page of this machine on another port is the developer's: a front end with a server of its own.
    expect(await upgradeStatus([own(), "Origin: http://localhost:5173"])).toBe(101);
    // Programs send no Origin; the check is against pages.
    expect(await upgradeStatus([own()])).toBe(101);
  });

  test("gets in when it is allowed", async () => {
    await using open = await ServerProcess.start({
      functions: { "ws/connect": accept, "ws/default": echo },
      options: { allowedOrigins: ["https://app.example"] },
    });
    const attempt = (origin: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(open.webSocketUrl, { origin });
        socket.once("open", () => {
          socket.terminate();
          resolve("open");
        });
        socket.once("error", (error) => resolve(error.message));
      });
    expect(await attempt("https://app.example")).toBe("open");
    expect(await attempt("https://other.example")).toContain("403");
  });
});

describe("a name that was bound to this machine (DNS rebinding)", () => {
  test.each(foreignHosts)("%s cannot open a socket", async (host) => {
    expect(await upgradeStatus([`Host: ${host}`, `Origin: http://${host}`])).toBe(403);
  });

  test.each(foreignHosts)("%s cannot read developer endpoints", async (host) => {
    for (const name of ["health", "events", "env.js"]) {
      const { status } = await raw(`GET /_arclet/${name}`, [`Host: ${host}`]);
      expect(status).toBe(403);
    }
  });
});

describe("X-Forwarded-For of a stranger", () => {
  const forged = [
    "X-Forwarded-For: 203.0.113.9",
    "Forwarded: for=203.0.113.9",
    "X-Real-IP: 203.0.113.9",
  ];

  test("is not the source address of an HTTP event", async () => {
    const { status, body } = await raw("GET /show", [own(), ...forged]);
    expect(status).toBe(200);
    expect(JSON.parse(body).sourceIp).toBe("127.0.0.1");
  });

  test("is not the source address of a WebSocket event", async () => {
    const socket = new WebSocket(server.webSocketUrl, {
      headers: { "x-forwarded-for": "203.0.113.9" },
    });
    const shown = await new Promise<string>((resolve, reject) => {
      socket.once("open", () => socket.send('{"action":"show"}'));
      socket.once("message", (data: Buffer) => resolve(data.toString()));
      socket.once("error", reject);
    });
    socket.terminate();
    expect(JSON.parse(shown).sourceIp).toBe("127.0.0.1");
  });
});

describe("a path that climbs out of the public folder", () => {
  const climbs = [
    "../secret.txt",
    "../../secret.txt",
    "folder/../../secret.txt",
    "./../secret.txt",
    "..//secret.txt",
    "%2e%2e/secret.txt",
    "%2E%2E%2Fsecret.txt",
    "..%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "%252e%252e/secret.txt",
    "..\\secret.txt",
    "..%5csecret.txt",
    "%2e%2e%5csecret.txt",
    "..%255csecret.txt",
    "..%c0%afsecret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "..%00/secret.txt",
    "index.html%00../../secret.txt",
    "../secret.txt%00.html",
    "..;/secret.txt",
    "folder/%2e%2e/%2e%2e/secret.txt",
    "link.txt",
    "linked/secret.txt",
    "linked/.env",
    "../.env",
    "%2e%2e/.env",
    ".env",
    "../specification.json",
    "..%2f.arclet%2fbuild",
  ];

  test.each(climbs)("%s", async (climb) => {
    for (const prefix of ["/_static/", "/", "//", "/_static//"]) {
      const answer = await raw(`GET ${prefix}${climb}`, [own()]);
      expect(`${prefix} ${answer.body}`).not.toContain(outside);
      expect(`${prefix} ${answer.body}`).not.toContain(secret);
      expect(`${prefix} ${answer.status}`).toMatch(/ (400|403|404)$/);
    }
  });

  test("an absolute path or URL in the request line reads no file", async () => {
    for (const target of [
      `${server.root}/secret.txt`,
      `/_static/${server.root}/secret.txt`,
      `file://${server.root}/secret.txt`,
      `http://localhost:${server.port}/_static/../secret.txt`,
    ]) {
      const answer = await raw(`GET ${target}`, [own()]);
      expect(`${target} ${answer.body}`).not.toContain(outside);
    }
  });

  test("files inside are served all the while", async () => {
    expect((await raw("GET /_static/folder/inner.txt", [own()])).body).toBe("inner");
  });
});

describe("connection ids", () => {
  test("of 2,000 connections are all different and every bit of 64 and more is chance", async () => {
    await using ids = await ServerProcess.start({
      functions: { "ws/connect": accept },
      limits: { connectionsPerSecond: Infinity },
      keepsEvents: true,
    });
    const count = 2_000;
    let started = 0;
    const lane = async (): Promise<void> => {
      while (started++ < count) {
        using client = await RawClient.upgrade(ids.port);
        client.send("");
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    await ids.settled(count);
    const { events } = await ids.report();
    const seen = events.flatMap((event) =>
      event.type === "connected" ? [event.connectionId] : [],
    );

    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
    for (const id of seen) expect(id).toMatch(/^[A-Za-z0-9_-]{15}=$/);
    const bits = seen.map((id) => [...Buffer.from(id, "base64url")].flatMap(bitsOf));
    // Chance gives each bit in half of the ids: 1,000 with a standard deviation of 22.
    const fair = Array.from({ length: bits[0]?.length ?? 0 }, (_, position) => {
      const ones = bits.reduce((sum, one) => sum + (one[position] ?? 0), 0);
      return Math.abs(ones - count / 2) < 6 * Math.sqrt(count / 4);
    }).filter(Boolean);
    expect(fair.length).toBeGreaterThanOrEqual(64);
    // Neighbours share no more than ids of chance do: half of the fair bits.
    const shared = bits
      .slice(1)
      .map((one, index) => one.filter((bit, position) => bit === bits[index]?.[position]).length);
    const mean = shared.reduce((sum, one) => sum + one, 0) / shared.length;
    expect(mean).toBeLessThan((bits[0]?.length ?? 0) - fair.length / 2 + 2);
  });
});

function bitsOf(octet: number): number[] {
  return Array.from({ length: 8 }, (_, index) => (octet >> index) & 1);
}

test("values of .env appear in no log, error or traffic event", async () => {
  const socket = new WebSocket(server.webSocketUrl);
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once("open", () => socket.send('{"action":"fail"}'));
    socket.once("message", (data: Buffer) => resolve(data.toString()));
    socket.once("error", reject);
  });
  socket.terminate();
  expect(answer).toContain("Internal server error");
  const http = await raw("GET /fail", [own()]);
  expect(http.status).toBe(500);
  const { events } = await server.report();
  expect(events.length).toBeGreaterThan(0);
  for (const text of [answer, http.head, http.body, server.output, JSON.stringify(events)]) {
    expect(text).not.toContain(secret);
  }
});
