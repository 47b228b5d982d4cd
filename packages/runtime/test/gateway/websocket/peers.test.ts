import {
  ApiGatewayManagementApiClient,
  LimitExceededException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { startGateway } from "../gateway-harness.ts";

describe("a peer that reads slowly", () => {
  test("gets LimitExceededException for posts once its buffer is full, until it has read", async () => {
    const { url, open, event } = await startGateway({ limits: { sendBufferBytes: 256 * 1024 } });
    const client = await open();
    const { requestContext } = await event("connect");
    const sdk = new ApiGatewayManagementApiClient({
      endpoint: url,
      region: "us-east-1",
      credentials: { accessKeyId: "key", secretAccessKey: "secret" },
      maxAttempts: 1,
    });
    onTestFinished(() => sdk.destroy());
    const post = (text: string): Promise<unknown> =>
      sdk.send(
        new PostToConnectionCommand({ ConnectionId: requestContext.connectionId, Data: text }),
      );

    client.socket.pause();
    // The system's own buffers take some megabytes before the gateway's begins to fill.
    let taken = 0;
    let refusal: unknown = null;
    while (refusal === null && taken < 1000) {
      try {
        await post(`${taken} ${"x".repeat(100_000)}`);
        taken += 1;
      } catch (error) {
        refusal = error;
      }
    }
    expect(refusal).toBeInstanceOf(LimitExceededException);

    client.socket.resume();
    for (let number = 0; number < taken; number += 1)
      expect((await client.next()).startsWith(`${number} `)).toBe(true);
    await post("after");
    expect(await client.next()).toBe("after");
  });
});

describe("a peer that sends faster than functions answer", () => {
  test("is not read any further until they have, and nothing is lost", async () => {
    const answers: (() => void)[] = [];
    let isHolding = true;
    const { open, event, count, url } = await startGateway({
      functions: {
        default: () =>
          isHolding
            ? new Promise((resolve) => {
                answers.push(() => resolve({ statusCode: 200 }));
              })
            : { statusCode: 200 },
      },
      limits: { webSocketIntegrationMs: Infinity },
    });
    const client = await open();
    const total = 3000;
    const filler = "x".repeat(1024);
    for (let number = 0; number < total; number += 1) client.send(`${number} ${filler}`);
    for (let number = 0; number < 256; number += 1) await event("default");
    // Were it read on, more would come in while these go to and fro.
    for (let number = 0; number < 20; number += 1) await fetch(url);
    expect(count("default")).toBeLessThan(512);

    isHolding = false;
    for (const answer of answers) answer();
    for (let number = 256; number < total; number += 1) {
      const { body } = await event("default");
      expect(body.startsWith(`${number} `)).toBe(true);
    }
  });
});

describe("a peer that vanished without a word", () => {
  test("is detected by a ping that it does not answer", async () => {
    const { open, event, clock } = await startGateway();
    const client = await open({ autoPong: false });
    await event("connect");
    const pinged = once(client.socket, "ping");
    await clock.advance("31s");
    await pinged;
    await clock.advance("31s");
    const { requestContext } = await event("disconnect");
    expect(requestContext).toMatchObject({
      disconnectStatusCode: 1006,
      disconnectReason: "Connection Closed Abnormally",
    });
  });

  test("is not one that answers", async () => {
    const { open, event, clock, count } = await startGateway();
    const client = await open();
    for (let number = 0; number < 5; number += 1) {
      const pinged = once(client.socket, "ping");
      await clock.advance("31s");
      await pinged;
      // Behind the pong on the same socket.
      client.send("x");
      await event("default");
    }
    expect(count("disconnect")).toBe(0);
  });
});

describe("a connection's time", () => {
  test("is two hours at most, however busy it is", async () => {
    const { open, event, clock } = await startGateway({ limits: { pingMs: Infinity } });
    const client = await open();
    for (let minutes = 0; minutes < 117; minutes += 9) {
      await clock.advance("9m");
      client.send("x");
      await event("default");
    }
    await clock.advance("4m");
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
    const { requestContext } = await event("disconnect");
    expect(requestContext.disconnectStatusCode).toBe(1001);
  });
});
