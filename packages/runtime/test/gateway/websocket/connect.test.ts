import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Failure, Payload, startGateway } from "../gateway-harness.ts";

function upgradeTo(path: string): string[] {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ];
}

const id = expect.stringMatching(/^[A-Za-z0-9_-]{15}=$/);

describe("the $connect event", () => {
  test("has AWS's keys in AWS's order", async () => {
    const { open, event } = await startGateway();
    await open({ path: "/?room=1" });
    const connect = await event("connect");
    expect(Object.keys(connect)).toEqual([
      "headers",
      "multiValueHeaders",
      "queryStringParameters",
      "multiValueQueryStringParameters",
      "requestContext",
      "isBase64Encoded",
    ]);
    expect(Object.keys(connect.requestContext)).toEqual([
      "routeKey",
      "eventType",
      "extendedRequestId",
      "requestTime",
      "messageDirection",
      "stage",
      "connectedAt",
      "requestTimeEpoch",
      "identity",
      "requestId",
      "domainName",
      "connectionId",
      "apiId",
    ]);
  });

  test("has AWS's values", async () => {
    const { open, event, port, gateway, clock } = await startGateway();
    await open({ headers: { "User-Agent": "test/1" } });
    const { requestContext, isBase64Encoded } = await event("connect");
    expect(requestContext).toEqual({
      routeKey: "$connect",
      eventType: "CONNECT",
      extendedRequestId: requestContext.requestId,
      requestTime: "14/Nov/2023:22:13:20 +0000",
      messageDirection: "IN",
      stage: "testing",
      connectedAt: clock.now(),
      requestTimeEpoch: clock.now(),
      identity: { userAgent: "test/1", sourceIp: "127.0.0.1" },
      requestId: id,
      domainName: `127.0.0.1:${port}`,
      connectionId: id,
      apiId: gateway.apiId,
    });
    expect(gateway.apiId).toMatch(/^[a-z0-9]{10}$/);
    expect(isBase64Encoded).toBe(false);
  });

  test("leaves queries out when there are none and userAgent when it is not sent", async () => {
    const { open, event } = await startGateway();
    await open();
    const connect = await event("connect");
    expect(connect).not.toHaveProperty("queryStringParameters");
    expect(connect).not.toHaveProperty("multiValueQueryStringParameters");
    expect(connect.requestContext.identity).toEqual({ sourceIp: "127.0.0.1" });
  });

  test("decodes queries, and keeps the last of repeated values", async () => {
    const { open, event } = await startGateway();
    await open({ path: "/?a=1&a=two%20words&b=" });
    expect(await event("connect")).toMatchObject({
      queryStringParameters: { a: "two words", b: "" },
      multiValueQueryStringParameters: { a: ["1", "two words"], b: [""] },
    });
  });

  test("keeps the case of the client's headers, sorted, with every value", async () => {
    const { open, event } = await startGateway();
    await open({ headers: { "x-Odd-Case": ["1", "2"], Cookie: "a=1" } });
    const { headers, multiValueHeaders } = await event("connect");
    expect(headers).toMatchObject({ "x-Odd-Case": "2", Cookie: "a=1" });
    expect(multiValueHeaders).toMatchObject({ "x-Odd-Case": ["1", "2"] });
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    expect(names).toEqual(names.toSorted());
    expect(Object.keys(multiValueHeaders)).toEqual(Object.keys(headers));
  });

  test("adds what the gateway knows and strips what ends at it", async () => {
    const { open, event, port } = await startGateway();
    await open({ headers: { "X-Forwarded-For": "6.6.6.6", "X-Amzn-Trace-Id": "forged" } });
    const { headers } = await event("connect");
    expect(headers).toMatchObject({
      "X-Amzn-Trace-Id": expect.stringMatching(/^Root=1-6553f100-[0-9a-f]{24}$/),
      "X-Forwarded-For": "127.0.0.1",
      "X-Forwarded-Port": String(port),
      "X-Forwarded-Proto": "http",
    });
    expect(headers).not.toHaveProperty("Connection");
    expect(headers).not.toHaveProperty("Upgrade");
  });

  test("marks ids as AWS's are: C for connections and messages, F for requests", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    client.send("x");
    const { requestContext } = await event("default");
    expect(requestContext.connectionId[11]).toBe("C");
    expect(requestContext.messageId[11]).toBe("C");
    expect(requestContext.requestId[11]).toBe("F");
  });
});

describe("the answer of $connect", () => {
  test.each([200, 201, 204, 299])("%i opens the socket", async (statusCode) => {
    const { open } = await startGateway({ functions: { connect: () => ({ statusCode }) } });
    const client = await open();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  test.each([302, 400, 401, 403, 404, 418, 429, 500, 503])(
    "%i refuses the handshake with that status",
    async (statusCode) => {
      const { refused } = await startGateway({ functions: { connect: () => ({ statusCode }) } });
      expect((await refused()).status).toBe(statusCode);
    },
  );

  test("a numeric text counts as a status", async () => {
    const { refused } = await startGateway({
      functions: { connect: () => ({ statusCode: "401" }) },
    });
    expect(await refused()).toEqual({ status: 401, body: '{"message":"Unauthorized"}' });
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "ok"],
    ["a list", [200]],
    ["no JSON", new Payload("not JSON")],
    ["no status", {}],
    ["a status that is none", { statusCode: "fine" }],
    ["an empty status", { statusCode: "" }],
    ["a list as status", { statusCode: [200] }],
    ["a status below those of HTTP", { statusCode: 20 }],
    ["a status above those of HTTP", { statusCode: 2000 }],
    ["a status that promises an answer", { statusCode: 101 }],
    ["a body that is no text", { statusCode: 200, body: {} }],
    ["a key AWS does not know", { statusCode: 200, connectionId: "1" }],
  ])("%s is malformed: 502", async (_name, value) => {
    const { refused } = await startGateway({ functions: { connect: () => value } });
    expect(await refused()).toEqual({ status: 502, body: '{"message":"Internal server error"}' });
  });

  test.each(["handled", "unhandled", "timeout", "init"] as const)(
    "a function that fails (%s) gives 502",
    async (kind) => {
      const connect = (): never => {
        throw new Failure(kind);
      };
      const { refused } = await startGateway({ functions: { connect } });
      expect((await refused()).status).toBe(502);
    },
  );

  test("a function that may not run gives 500", async () => {
    const connect = (): never => {
      throw new Failure("throttled");
    };
    const { refused } = await startGateway({ functions: { connect } });
    expect((await refused()).status).toBe(500);
  });

  test("no answer within 29 seconds gives 504", async () => {
    const gateway = await startGateway({ functions: { connect: () => new Promise(() => {}) } });
    const answer = gateway.refused();
    await gateway.event("connect");
    await gateway.clock.advance("28999ms");
    await gateway.clock.advance("1ms");
    expect(await answer).toEqual({ status: 504, body: '{"message":"Endpoint request timed out"}' });
  });

  test("without the route a socket opens at once", async () => {
    const { open, count } = await startGateway({ without: ["$connect"] });
    await open();
    expect(count("connect")).toBe(0);
  });

  test("a refused handshake does not run $disconnect", async () => {
    const { refused, open, event, count } = await startGateway({
      functions: {
        connect: ({ queryStringParameters }) => ({
          statusCode: queryStringParameters === undefined ? 200 : 403,
        }),
      },
    });
    await refused({ path: "/?no" });
    const client = await open();
    client.socket.close();
    await event("disconnect");
    expect(count("disconnect")).toBe(1);
  });

  test("a client that leaves during its handshake is reported as disconnected", async () => {
    let answer: (response: { statusCode: number }) => void = () => {};
    const parked = new Promise<{ statusCode: number }>((resolve) => {
      answer = resolve;
    });
    const gateway = await startGateway({ functions: { connect: () => parked } });
    const socket = new WebSocket(gateway.url.replace("http", "ws"));
    const failed = once(socket, "error");
    const { requestContext } = await gateway.event("connect");
    socket.terminate();
    await failed;
    answer({ statusCode: 200 });
    const { requestContext: ended } = await gateway.event("disconnect");
    expect(ended).toMatchObject({
      connectionId: requestContext.connectionId,
      disconnectStatusCode: 1006,
    });
  });
});

describe("a client that ends its side while its handshake is parked", () => {
  test("is reported as disconnected", async () => {
    let answer: (response: { statusCode: number }) => void = () => {};
    const parked = new Promise<{ statusCode: number }>((resolve) => {
      answer = resolve;
    });
    const gateway = await startGateway({ functions: { connect: () => parked } });
    const socket = connectTcp(gateway.port, "127.0.0.1");
    socket.end(upgradeTo("/").join("\r\n"));
    const ended = once(socket.resume(), "close");
    await gateway.event("connect");
    await ended;
    answer({ statusCode: 200 });
    expect((await gateway.event("disconnect")).requestContext.disconnectStatusCode).toBe(1006);
  });
});

describe("subprotocols", () => {
  test("reach the function as sent", async () => {
    const { open, event } = await startGateway({
      functions: {
        connect: () => ({ statusCode: 200, headers: { "sec-websocket-protocol": "b" } }),
      },
    });
    const client = await open({ protocols: ["a", "b"] });
    expect((await event("connect")).headers["Sec-WebSocket-Protocol"]).toBe("a,b");
    expect(client.socket.protocol).toBe("b");
  });

  test("are not chosen by the gateway; other headers of the function are dropped", async () => {
    const gateway = await startGateway({
      functions: {
        connect: () => ({ statusCode: 200, headers: { "X-Mine": "1" }, body: "hello" }),
      },
    });
    await expect(gateway.open({ protocols: ["a"] })).rejects.toThrow("Server sent no subprotocol");
    const client = await gateway.open();
    expect(client.answer).not.toHaveProperty("x-mine");
    expect(client.answer).not.toHaveProperty("sec-websocket-protocol");
  });
});

describe("names of subprotocols", () => {
  test.each(["a b", "a,,b", "a,a", "a/b"])(
    "%j are refused before any function runs: 400",
    async (offered) => {
      const { refused, count } = await startGateway();
      const headers = { "Sec-WebSocket-Protocol": offered };
      expect(await refused({ headers })).toEqual({
        status: 400,
        body: '{"message":"Bad Request"}',
      });
      expect([count("connect"), count("disconnect")]).toEqual([0, 0]);
    },
  );

  test("a function's answer is malformed if it could not be one: 502", async () => {
    const headers = { "Sec-WebSocket-Protocol": "a\r\nX-Mine: 1" };
    const { refused } = await startGateway({
      functions: { connect: () => ({ statusCode: 200, headers }) },
    });
    expect((await refused({ protocols: ["a"] })).status).toBe(502);
  });
});

describe("where sockets open", () => {
  test.each(["/", "/testing", "/testing/", "/?a=1", "/testing?a=1"])("%s", async (path) => {
    const { open, event } = await startGateway();
    await open({ path });
    expect((await event("connect")).requestContext.stage).toBe("testing");
  });

  test.each(["/prod", "/testing/more", "/other", "//localhost/testing"])(
    "the path is not %s: 403",
    async (path) => {
      const { refused } = await startGateway();
      expect(await refused({ path })).toEqual({ status: 403, body: '{"message":"Forbidden"}' });
    },
  );

  test("under the stage that was set", async () => {
    const { open, refused } = await startGateway({ stage: "production" });
    await open({ path: "/production" });
    expect((await refused({ path: "/testing" })).status).toBe(403);
  });

  test("pages of other sites are refused unless allowed", async () => {
    const { open, refused } = await startGateway({ allowedOrigins: ["https://app.example"] });
    expect((await refused({ origin: "https://evil.example" })).status).toBe(403);
    await open({ origin: "https://app.example" });
    await open({ origin: "http://localhost:8080" });
  });
});
