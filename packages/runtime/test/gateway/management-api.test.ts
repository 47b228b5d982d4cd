import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { describe, expect, onTestFinished, test } from "vitest";
import { RawClient } from "../../../../test/robustness/raw-client.ts";
import type { Client } from "./client.ts";
import { startGateway, type GatewayHarness } from "./gateway-harness.ts";

function sdkOf(endpoint: string): ApiGatewayManagementApiClient {
  const sdk = new ApiGatewayManagementApiClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
  onTestFinished(() => sdk.destroy());
  return sdk;
}

async function connection(): Promise<GatewayHarness & { client: Client; id: string }> {
  const harness = await startGateway();
  const client = await harness.open({ headers: { "User-Agent": "test/1" } });
  const { requestContext } = await harness.event("connect");
  return { ...harness, client, id: requestContext.connectionId };
}

describe("the AWS SDK", () => {
  test.each(["", "/testing"])("posts text below %j", async (path) => {
    const { url, client, id } = await connection();
    await sdkOf(url + path).send(
      new PostToConnectionCommand({ ConnectionId: id, Data: "hello ü" }),
    );
    expect(await client.nextFrame()).toEqual({ text: "hello ü", isBinary: false });
  });

  test("posts bytes", async () => {
    const { url, client, id } = await connection();
    const data = new Uint8Array([255, 0, 254]);
    await sdkOf(url).send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));
    expect(await client.nextFrame()).toEqual({ text: "\u00ff\u0000\u00fe", isBinary: true });
  });

  test("posts up to 128 KB", async () => {
    const { url, client, id } = await connection();
    const sdk = sdkOf(url);
    const most = "x".repeat(128 * 1024);
    await sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: most }));
    expect(await client.next()).toBe(most);
    await expect(
      sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: `${most}x` })),
    ).rejects.toBeInstanceOf(PayloadTooLargeException);
  });

  // Where a frame's header grows.
  test.each([1, 125, 126, 127, 65_535, 65_536])("posts %i bytes as they are", async (length) => {
    const { url, client, id } = await connection();
    const sdk = sdkOf(url);
    const bytes = Buffer.alloc(length, "\u00ffabc", "latin1");
    await sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: bytes }));
    expect(await client.nextFrame()).toEqual({ text: bytes.toString("latin1"), isBinary: true });
    const text = length === 1 ? "x" : "ü".repeat(length >> 1) + "x".repeat(length % 2);
    await sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: text }));
    expect(await client.nextFrame()).toEqual({ text, isBinary: false });
  });

  test("reads a connection's details", async () => {
    const { url, id, clock } = await connection();
    const info = await sdkOf(url).send(new GetConnectionCommand({ ConnectionId: id }));
    expect(info.ConnectedAt?.getTime()).toBe(clock.now());
    expect(info.LastActiveAt?.getTime()).toBe(clock.now());
    expect(info.Identity).toMatchObject({ SourceIp: "127.0.0.1", UserAgent: "test/1" });
  });

  test("deletes a connection, which is gone from then on", async () => {
    const { url, client, id } = await connection();
    const sdk = sdkOf(url);
    await sdk.send(new DeleteConnectionCommand({ ConnectionId: id }));
    expect(await client.closed).toEqual({ code: 1000, reason: "Connection Closed Normally" });
    await expect(
      sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: "x" })),
    ).rejects.toBeInstanceOf(GoneException);
    await expect(
      sdk.send(new DeleteConnectionCommand({ ConnectionId: id })),
    ).rejects.toBeInstanceOf(GoneException);
    await expect(sdk.send(new GetConnectionCommand({ ConnectionId: id }))).rejects.toBeInstanceOf(
      GoneException,
    );
  });

  test("finds a connection gone whose $connect has not answered", async () => {
    let url = "";
    let error: unknown = null;
    const harness = await startGateway({
      functions: {
        async connect({ requestContext }) {
          const command = new PostToConnectionCommand({
            ConnectionId: requestContext.connectionId,
            Data: "early",
          });
          error = await sdkOf(url)
            .send(command)
            .catch((caught: unknown) => caught);
          return { statusCode: 200 };
        },
      },
    });
    url = harness.url;
    await harness.open();
    expect(error).toBeInstanceOf(GoneException);
  });
});

describe("the answers' bytes", () => {
  test("a post is 200 without a body, a delete 204", async () => {
    const { url, client, id } = await connection();
    const post = await fetch(`${url}/@connections/${encodeURIComponent(id)}`, {
      method: "POST",
      body: "x",
    });
    expect([post.status, await post.text(), await client.next()]).toEqual([200, "", "x"]);
    const gone = await fetch(`${url}/%40connections/${id}`, { method: "DELETE" });
    expect(gone.status).toBe(204);
  });

  test("name request and trace, and the kind of error", async () => {
    const { url, id } = await connection();
    const headersOf = async (path: string, method: string): Promise<unknown> => {
      const { headers } = await fetch(`${url}/@connections/${path}`, { method });
      return Object.fromEntries(
        [
          "content-type",
          "x-amzn-requestid",
          "x-amz-apigw-id",
          "x-amzn-trace-id",
          "x-amzn-errortype",
        ].flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])),
      );
    };
    const named = {
      "x-amzn-requestid": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      "x-amz-apigw-id": expect.stringMatching(/^[A-Za-z0-9_-]{15}=$/),
    };
    const traced = { "x-amzn-trace-id": expect.stringMatching(/^Root=1-6553f100-[0-9a-f]{24}$/) };
    const json = { "content-type": "application/json" };
    const gone = { ...json, ...named, ...traced, "x-amzn-errortype": "GoneException" };
    expect(await headersOf(id, "POST")).toEqual({ ...json, ...named, ...traced });
    expect(await headersOf(id, "GET")).toEqual({ ...json, ...named, ...traced });
    expect(await headersOf(id, "DELETE")).toEqual({ ...named, ...traced });
    expect(await headersOf(id, "GET")).toEqual(gone);
    expect(await headersOf("AAAAAAAAAAAAAAA=", "POST")).toEqual(gone);
    expect(await headersOf("zz", "GET")).toEqual({
      ...json,
      ...named,
      "x-amzn-errortype": "BadRequestException",
    });
  });

  test("a gone connection is 410 with an empty body", async () => {
    const { url } = await startGateway();
    const answer = await fetch(`${url}/@connections/AAAAAAAAAAAAAAA=`, { method: "POST" });
    expect([answer.status, await answer.text()]).toEqual([410, ""]);
  });

  test("a message above 32 KB reaches the client in frames of 32 KB", async () => {
    const { url, port, event } = await startGateway();
    using client = await RawClient.upgrade(port);
    const { requestContext } = await event("connect");
    const text = "ü".repeat(20 * 1024);
    const posted = fetch(`${url}/@connections/${requestContext.connectionId}`, {
      method: "POST",
      body: text,
    });
    const frames = [await client.frame(), await client.frame()];
    expect(frames.map((frame) => frame?.payload.length)).toEqual([32 * 1024, 8 * 1024]);
    expect(frames.map((frame) => [frame?.opcode, frame?.fin])).toEqual([
      [1, false],
      [0, true],
    ]);
    const payloads = frames.map((frame) => frame?.payload ?? Buffer.alloc(0));
    expect(Buffer.concat(payloads).toString()).toBe(text);
    expect((await posted).status).toBe(200);
  });

  test("a get has AWS's spacing", async () => {
    const { url, id } = await connection();
    const text = await (await fetch(`${url}/testing/@connections/${id}`)).text();
    expect(text).toBe(
      '{\n  "identity" : {\n    "sourceIp" : "127.0.0.1",\n    "userAgent" : "test/1"\n  },\n' +
        '  "connectedAt" : "2023-11-14T22:13:20.000Z",\n  "lastActiveAt" : "2023-11-14T22:13:20.000Z"\n}',
    );
  });

  test("an invalid connection id is 400", async () => {
    const { url } = await connection();
    const answer = await fetch(`${url}/@connections/zz`);
    expect([answer.status, answer.headers.get("x-amzn-errortype"), await answer.text()]).toEqual([
      400,
      "BadRequestException",
      '{"message":"Invalid connectionId: zz"}',
    ]);
  });

  test("another stage is 403, another method too", async () => {
    const { url, id } = await connection();
    expect((await fetch(`${url}/prod/@connections/${id}`)).status).toBe(403);
    expect((await fetch(`${url}/@connections/${id}`, { method: "PUT" })).status).toBe(403);
  });

  test("a page of another site is refused", async () => {
    const { url, id } = await connection();
    const answer = await fetch(`${url}/@connections/${id}`, {
      method: "POST",
      body: "x",
      headers: { Origin: "https://evil.example" },
    });
    expect(answer.status).toBe(403);
  });
});
