import { expect, test } from "vitest";
import { Failure, Payload, startGateway, type LambdaEvent } from "../gateway-harness.ts";

const webSocketApi = {
  authorizer: {
    functionId: "auth",
    identitySources: ["route.request.header.Authorization", "route.request.querystring.room"],
  },
};
const identified = { path: "/?room=1", headers: { Authorization: "secret" } };

function policy(effect: string, resource: string, context?: unknown): unknown {
  return {
    principalId: "ann",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: resource }],
    },
    context,
  };
}

test("the authorizer's event is a REQUEST with the method's ARN", async () => {
  const { open, event } = await startGateway({
    webSocketApi,
    functions: { auth: ({ methodArn }: LambdaEvent) => policy("Allow", methodArn) },
  });
  await open(identified);
  const request = await event("auth");
  expect(request).toMatchObject({
    type: "REQUEST",
    methodArn: expect.stringMatching(
      /^arn:aws:execute-api:[a-z0-9-]+:\d{12}:[a-z0-9]{10}\/testing\/\$connect$/,
    ),
    queryStringParameters: { room: "1" },
    requestContext: { routeKey: "$connect", eventType: "CONNECT" },
  });
  expect(Object.keys(request)).toEqual([
    "type",
    "methodArn",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "stageVariables",
    "requestContext",
  ]);
  // Unlike $connect, it sees what ends at the gateway.
  expect(request.headers).toMatchObject({
    Authorization: "secret",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "content-length": "0",
  });
});

test("an allowed client's context reaches all later events as text", async () => {
  const { open, event } = await startGateway({
    webSocketApi,
    functions: { auth: () => policy("Allow", "*", { plan: "free", seats: 2, isAdmin: true }) },
  });
  const client = await open(identified);
  client.send("x");
  client.socket.close();
  const context = { principalId: "ann", plan: "free", seats: "2", isAdmin: "true" };
  for (const route of ["connect", "default", "disconnect"])
    expect((await event(route)).requestContext.authorizer).toMatchObject(context);
});

test("the context follows the route's key, with the call's time only in $connect", async () => {
  let advance = async (): Promise<void> => {};
  const { open, event, clock } = await startGateway({
    webSocketApi,
    functions: {
      async auth() {
        await advance();
        return policy("Allow", "*", { plan: "free" });
      },
    },
  });
  advance = () => clock.advance("21ms");
  const client = await open(identified);
  client.send("x");
  client.socket.close();
  const authorizer = { plan: "free", principalId: "ann" };
  const { requestContext: connect } = await event("connect");
  expect(Object.keys(connect).slice(0, 3)).toEqual(["routeKey", "authorizer", "eventType"]);
  expect(connect.authorizer).toEqual({ ...authorizer, integrationLatency: 21 });
  const { requestContext: message } = await event("default");
  expect(Object.keys(message).slice(0, 3)).toEqual(["routeKey", "authorizer", "messageId"]);
  expect(message.authorizer).toEqual(authorizer);
  const { requestContext: disconnect } = await event("disconnect");
  expect(Object.keys(disconnect).slice(0, 3)).toEqual([
    "routeKey",
    "disconnectStatusCode",
    "authorizer",
  ]);
  expect(disconnect.authorizer).toEqual(authorizer);
});

test("an authorizer that does not answer within 29 seconds is 500", async () => {
  const { refused, event, clock, count } = await startGateway({
    webSocketApi,
    functions: { auth: () => new Promise(() => {}) },
  });
  const answer = refused(identified);
  await event("auth");
  await clock.advance("29s");
  expect((await answer).status).toBe(500);
  expect(count("connect")).toBe(0);
});

test.each([
  ["nothing", {}],
  ["one of two", { path: "/?room=1" }],
])("a client that sends %s of the identity sources is 401, without a call", async (_n, options) => {
  const { refused, count } = await startGateway({ webSocketApi });
  expect(await refused(options)).toEqual({ status: 401, body: '{"message":"Unauthorized"}' });
  expect(count("auth")).toBe(0);
});

test.each([
  ["denied", policy("Deny", "*"), 403],
  ["allowed elsewhere only", policy("Allow", "arn:aws:execute-api:*:*:*/prod/*"), 403],
  ["allowed with a star too many", policy("Allow", "arn:aws:execute-api:*:*:*/testing/*/*"), 403],
  ["given more than 8 KB", policy("Allow", "*", { text: "x".repeat(8192) }), 500],
  ["given no policy", { principalId: "ann" }, 500],
  ["given nested context", policy("Allow", "*", { a: { b: 1 } }), 500],
  ["given no JSON", new Payload("not JSON"), 500],
])("a client that is %s gets that status, and $connect is not run", async (_n, answer, status) => {
  const { refused, count } = await startGateway({
    webSocketApi,
    functions: { auth: () => answer },
  });
  expect((await refused(identified)).status).toBe(status);
  expect(count("connect")).toBe(0);
});

test.each([
  ["Unauthorized", 401],
  ["anything else", 500],
])("an authorizer that throws %s refuses with its status", async (message, status) => {
  const { refused } = await startGateway({
    webSocketApi,
    functions: {
      auth() {
        throw new Failure("handled", message);
      },
    },
  });
  expect((await refused(identified)).status).toBe(status);
});
