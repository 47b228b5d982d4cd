import { describe, expect, test } from "vitest";
import { resolveLimits } from "../../../src/limits.ts";
import type { Client } from "../client.ts";
import { startGateway } from "../gateway-harness.ts";

describe("the $disconnect event", () => {
  test("has AWS's keys and the connection's ids", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    const { requestContext: connect } = await event("connect");
    client.socket.close(4001, "bye");
    const disconnect = await event("disconnect");
    expect(Object.keys(disconnect)).toEqual([
      "headers",
      "multiValueHeaders",
      "requestContext",
      "isBase64Encoded",
    ]);
    expect(disconnect.requestContext).toMatchObject({
      routeKey: "$disconnect",
      eventType: "DISCONNECT",
      messageDirection: "IN",
      connectionId: connect.connectionId,
      connectedAt: connect.connectedAt,
      disconnectStatusCode: 4001,
      disconnectReason: "bye",
    });
  });

  test("has the four headers that are left, and AWS's order", async () => {
    const { open, event, port } = await startGateway();
    const client = await open();
    client.socket.close();
    const { headers, multiValueHeaders, requestContext } = await event("disconnect");
    const left = {
      Host: `127.0.0.1:${port}`,
      "x-api-key": "",
      "X-Forwarded-For": "",
      "x-restapi": "",
    };
    expect(headers).toEqual(left);
    expect(multiValueHeaders).toEqual(
      Object.fromEntries(Object.entries(left).map(([name, value]) => [name, [value]])),
    );
    expect(Object.keys(requestContext)).toEqual([
      "routeKey",
      "disconnectStatusCode",
      "eventType",
      "extendedRequestId",
      "requestTime",
      "messageDirection",
      "disconnectReason",
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

  test("has the reason when the gateway itself closes", async () => {
    const { open, event, clock, url } = await startGateway();
    const reasonOf = async (): Promise<unknown[]> => {
      const { requestContext } = await event("disconnect");
      return [requestContext.disconnectStatusCode, requestContext.disconnectReason];
    };
    const client = await open();
    client.send(new Uint8Array([1]));
    expect(await reasonOf()).toEqual([1003, "Binary media not supported"]);

    await open();
    await event("connect");
    const { requestContext } = await event("connect");
    await fetch(`${url}/@connections/${requestContext.connectionId}`, { method: "DELETE" });
    expect(await reasonOf()).toEqual([1000, "Connection Closed Normally"]);

    await open();
    await clock.advance("10m");
    await clock.advance("2s");
    expect(await reasonOf()).toEqual([1001, "Going away"]);
  });

  test.each<[string, (client: Client) => void, number, string]>([
    [
      "no status",
      (client) => client.socket.close(),
      1005,
      "Client-side close frame status not set",
    ],
    ["1000", (client) => client.socket.close(1000), 1000, ""],
    [
      "a lost connection",
      (client) => client.socket.terminate(),
      1006,
      "Connection Closed Abnormally",
    ],
  ])("reports %s", async (_name, end, code, reason) => {
    const { open, event } = await startGateway();
    end(await open());
    expect((await event("disconnect")).requestContext).toMatchObject({
      disconnectStatusCode: code,
      disconnectReason: reason,
    });
  });

  test("comes once for each connection when the server ends", async () => {
    const { open, count, close } = await startGateway();
    const clients = [await open(), await open()];
    await close();
    for (const { closed } of clients) expect((await closed).code).toBe(1001);
    expect(count("disconnect")).toBe(2);
  });
});

describe("limits", () => {
  test("are API Gateway's unless they are set", async () => {
    expect(resolveLimits()).toMatchObject({
      messageBytes: 131_072,
      frameBytes: 32_768,
      idleMs: 600_000,
      connectionMs: 7_200_000,
      webSocketIntegrationMs: 29_000,
      httpIntegrationMs: 30_000,
      restIntegrationMs: 29_000,
      connectionsPerSecond: 500,
      httpBodyBytes: 10_485_760,
      headerBytes: 10_240,
    });
    const { open, refused } = await startGateway();
    await Promise.all(Array.from({ length: 500 }, () => open()));
    expect((await refused()).status).toBe(429);
  });

  test("a binary frame closes with 1003", async () => {
    const { open } = await startGateway();
    const client = await open();
    client.send(new Uint8Array([1, 2]));
    expect((await client.closed).code).toBe(1003);
  });

  test("a frame of 32 KB is taken, one byte more closes with 1009", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    client.send("x".repeat(32 * 1024));
    expect((await event("default")).body).toHaveLength(32 * 1024);
    client.send("x".repeat(32 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
  });

  test("a message of 128 KB in frames is taken, more closes with 1009", async () => {
    const { open, event } = await startGateway();
    const client = await open();
    const sendFrames = (count: number): void => {
      for (let frame = 1; frame <= count; frame++)
        client.socket.send("x".repeat(32 * 1024), { fin: frame === count });
    };
    sendFrames(4);
    expect((await event("default")).body).toHaveLength(128 * 1024);
    sendFrames(5);
    expect((await client.closed).code).toBe(1009);
  });

  test("ten idle minutes end a connection", async () => {
    const { open, clock } = await startGateway();
    const client = await open();
    await clock.advance("10m");
    await clock.advance("2s");
    expect((await client.closed).code).toBe(1001);
  });

  test("messages of either side count against the idle time, looking at the connection does not", async () => {
    const { open, event, clock, url } = await startGateway();
    const client = await open();
    const { requestContext } = await event("connect");
    const connection = `${url}/@connections/${requestContext.connectionId}`;
    await clock.advance("9m");
    client.send("x");
    await event("default");
    await clock.advance("9m");
    await fetch(connection, { method: "POST", body: "y" });
    expect(await client.next()).toBe("y");
    await clock.advance("9m");
    expect((await fetch(connection)).status).toBe(200);
    await clock.advance("62s");
    expect((await client.closed).code).toBe(1001);
  });

  test("the rate of new connections fills up again with time", async () => {
    const { open, refused, clock } = await startGateway({ limits: { connectionsPerSecond: 2 } });
    await open();
    await open();
    expect(await refused()).toEqual({ status: 429, body: '{"message":"Too Many Requests"}' });
    await clock.advance("500ms");
    await open();
    expect((await refused()).status).toBe(429);
  });

  test("the limits can be set", async () => {
    const { open, refused, event } = await startGateway({
      limits: { frameBytes: 10, connectionsPerSecond: 1 },
    });
    const client = await open();
    expect((await refused()).status).toBe(429);
    client.send("0123456789");
    await event("default");
    client.send("01234567890");
    expect((await client.closed).code).toBe(1009);
  });
});
