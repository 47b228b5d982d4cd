import { describe, expect, test } from "vitest";
import { Failure, startGateway } from "../gateway-harness.ts";

const errorFrame = (message: string): RegExp =>
  new RegExp(
    `^\\{"message": "${message}", "connectionId":"[A-Za-z0-9_-]{15}=", "requestId":"[A-Za-z0-9_-]{15}="\\}$`,
  );

describe("the event of a message", () => {
  test("distinguishes an empty User-Agent from a missing one", async () => {
    const { open, event } = await startGateway();
    for (const [headers, identity] of [
      [{ "User-Agent": "" }, { sourceIp: "127.0.0.1", userAgent: "" }],
      [{}, { sourceIp: "127.0.0.1" }],
    ] as const) {
      const client = await open({ headers });
      client.send("hello");
      expect((await event("default")).requestContext.identity).toEqual(identity);
    }
  });

  test("has AWS's keys in AWS's order, and no headers", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    client.send("hello");
    const message = await event("default");
    expect(Object.keys(message)).toEqual(["requestContext", "body", "isBase64Encoded"]);
    expect(Object.keys(message.requestContext)).toEqual([
      "routeKey",
      "messageId",
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
    expect(message).toMatchObject({
      body: "hello",
      isBase64Encoded: false,
      requestContext: { routeKey: "$default", eventType: "MESSAGE", messageDirection: "IN" },
    });
  });

  test("has ids of its own and the connection's", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    const { requestContext: connect } = await event("connect");
    client.send("1");
    client.send("2");
    const { requestContext: first } = await event("default");
    const { requestContext: second } = await event("default");
    expect(first.connectionId).toBe(connect.connectionId);
    expect(second.connectionId).toBe(connect.connectionId);
    expect(new Set([first.messageId, second.messageId]).size).toBe(2);
    expect(new Set([connect.requestId, first.requestId, second.requestId]).size).toBe(3);
  });

  test.each(['"quote \\ \u2028\u0001 \u{1F600}', "", " ", "[1]", "ünï"])(
    "carries %j as it was sent",
    async (body) => {
      const { open, event } = await startGateway();
      const client = await open();
      client.send(body);
      expect((await event("default")).body).toBe(body);
    },
  );

  test("messages of one connection start in the order they were sent", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    const bodies = Array.from({ length: 100 }, (_, number) => String(number));
    for (const body of bodies) client.send(body);
    const received: string[] = [];
    for (const _ of bodies) received.push((await event("default")).body);
    expect(received).toEqual(bodies);
  });
});

describe("route selection", () => {
  test("the value of $request.body.action names the route", async () => {
    const { open, event } = await startGateway({ actions: ["join"] });
    const client = await open();
    client.send('{"action":"join"}');
    expect((await event("join")).requestContext.routeKey).toBe("join");
  });

  test.each([
    ["another value", '{"action":"leave"}'],
    ["no value", "{}"],
    ["a list", '{"action":["join"]}'],
    ["null", '{"action":null}'],
    ["no JSON", "join"],
    ["a lifecycle route's key", '{"action":"$connect"}'],
    ["the end's key", '{"action":"$disconnect"}'],
    ["another case", '{"action":"Join"}'],
    ["a list as the root", '[{"action":"join"}]'],
    ["an inherited name", '{"action":{"__proto__":null}}'],
  ])("%s goes to $default", async (_name, body) => {
    const { open, event, count } = await startGateway({ actions: ["join"] });
    const client = await open();
    client.send(body);
    expect((await event("default")).requestContext.routeKey).toBe("$default");
    expect(count("join")).toBe(0);
  });

  test("an expression may name a nested value", async () => {
    const { open, event } = await startGateway({
      actions: ["join"],
      webSocketApi: { routeSelectionExpression: "$request.body.message.type" },
    });
    const client = await open();
    client.send('{"message":{"type":"join"}}');
    expect((await event("join")).requestContext.routeKey).toBe("join");
  });

  test.each<[expression: string, body: unknown, route: string]>([
    ["${request.body.service}/${request.body.action}", { service: "a", action: "b" }, "a/b"],
    ["join-${request.body.room}", { room: "one" }, "join-one"],
    // What is missing is empty.
    ["join-${request.body.room}", {}, "join-"],
    ["${request.body.a.b[1]}", { a: { b: ["x", "y"] } }, "y"],
    ["$request.body.a.b", { a: { b: 1.5 } }, "1.5"],
    ["$request.body.action", { action: true }, "true"],
    ["$request.body.action", { action: ["a", "b"] }, "[a, b]"],
    ["always", { action: "b" }, "always"],
    ["\\$default", { action: "b" }, "$default"],
  ])("%s of %j is %s", async (routeSelectionExpression, body, route) => {
    const isCustom = route !== "$default";
    const { open, event } = await startGateway({
      ...(isCustom ? { actions: [route] } : {}),
      webSocketApi: { routeSelectionExpression },
    });
    const client = await open();
    client.send(JSON.stringify(body));
    const told = await event(isCustom ? route : "default");
    expect(told.requestContext.routeKey).toBe(route);
  });

  test("without $default, what no route takes is Forbidden", async () => {
    const { open } = await startGateway({ without: ["$default"] });
    const client = await open();
    client.send("hello");
    expect(await client.next()).toMatch(errorFrame("Forbidden"));
  });
});

describe("the answer of a message", () => {
  test("is not sent by a route without a response", async () => {
    const { open } = await startGateway({
      functions: {
        default: () => ({ statusCode: 200, body: "never" }),
        last: () => ({ statusCode: 200, body: "last" }),
      },
      actions: ["last"],
      twoWay: ["last"],
    });
    const client = await open();
    client.send("x");
    client.send('{"action":"last"}');
    expect(await client.next()).toBe("last");
  });

  test("is sent by a route with a response, whatever its status", async () => {
    const { open } = await startGateway({
      functions: { echo: () => ({ statusCode: 500, body: "answer" }) },
      actions: ["echo"],
      twoWay: ["echo"],
    });
    const client = await open();
    client.send('{"action":"echo"}');
    expect(await client.next()).toBe("answer");
  });

  test("becomes an Internal server error frame if it is too long for a message", async () => {
    const { open } = await startGateway({
      functions: { echo: () => ({ statusCode: 200, body: "x".repeat(128 * 1024 + 1) }) },
      actions: ["echo"],
      twoWay: ["echo"],
    });
    const client = await open();
    client.send('{"action":"echo"}');
    expect(await client.next()).toMatch(errorFrame("Internal server error"));
  });

  test("is sent as its text when the route's function answers base64", async () => {
    const { open } = await startGateway({
      functions: { echo: () => ({ statusCode: 200, body: "w7w=", isBase64Encoded: true }) },
      actions: ["echo"],
      twoWay: ["echo"],
    });
    const client = await open();
    client.send('{"action":"echo"}');
    expect(await client.nextFrame()).toEqual({ text: "ü", isBinary: false });
  });

  test.each([
    ["malformed", () => ({})],
    [
      "a failure",
      () => {
        throw new Failure("handled");
      },
    ],
    [
      "a time-out",
      () => {
        throw new Failure("timeout");
      },
    ],
    [
      "a refusal to run",
      () => {
        throw new Failure("throttled");
      },
    ],
  ])("that is %s is an Internal server error frame", async (_name, answer) => {
    const { open } = await startGateway({ functions: { default: answer } });
    const client = await open();
    client.send("x");
    expect(await client.next()).toMatch(errorFrame("Internal server error"));
  });

  test("that does not come within 29 seconds is a frame that says so", async () => {
    const { open, event, clock } = await startGateway({
      functions: { default: () => new Promise(() => {}) },
    });
    const client = await open();
    client.send("x");
    await event("default");
    await clock.advance("29s");
    expect(await client.next()).toMatch(errorFrame("Endpoint request timed out"));
    // The socket stays open, after this as after every error frame.
    client.send("y");
    expect((await event("default")).body).toBe("y");
  });
});
