import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startGateway } from "../../packages/runtime/test/gateway/gateway-harness.ts";
import { installed } from "./architect-app.ts";

interface Call {
  promise(): Promise<Readonly<Record<string, unknown>>>;
}

/** What is used here of the AWS SDK, version 2, whose own types would have to be installed. */
interface ManagementApi {
  postToConnection(input: { ConnectionId: string; Data: string | Buffer }): Call;
  getConnection(input: { ConnectionId: string }): Call;
  deleteConnection(input: { ConnectionId: string }): Call;
}

interface Sdk {
  readonly ApiGatewayManagementApi: new (options: object) => ManagementApi;
}

async function sdkOf(endpoint: string): Promise<ManagementApi> {
  const modules = await installed("aws-sdk-2", ["aws-sdk@2"]);
  const { ApiGatewayManagementApi } = createRequire(join(modules, "index.js"))("aws-sdk") as Sdk;
  return new ApiGatewayManagementApi({
    endpoint,
    region: "us-east-1",
    apiVersion: "2018-11-29",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxRetries: 0,
  });
}

test("the AWS SDK, version 2, posts to a connection, looks at it and deletes it", async () => {
  const { url, open, event, clock } = await startGateway();
  const client = await open({ headers: { "User-Agent": "test/1" } });
  const { connectionId: ConnectionId } = (await event("connect")).requestContext;
  const sdk = await sdkOf(`${url}/testing`);

  await sdk.postToConnection({ ConnectionId, Data: "hello ü" }).promise();
  expect(await client.next()).toBe("hello ü");
  const info = await sdk.getConnection({ ConnectionId }).promise();
  expect(info).toMatchObject({ Identity: { SourceIp: "127.0.0.1", UserAgent: "test/1" } });
  expect(info["ConnectedAt"]).toEqual(new Date(clock.now()));
  await expect(
    sdk.postToConnection({ ConnectionId, Data: "x".repeat(128 * 1024 + 1) }).promise(),
  ).rejects.toMatchObject({ statusCode: 413, code: "PayloadTooLargeException" });

  await sdk.deleteConnection({ ConnectionId }).promise();
  expect(await client.closed).toEqual({ code: 1000, reason: "Connection Closed Normally" });
  await expect(sdk.postToConnection({ ConnectionId, Data: "x" }).promise()).rejects.toMatchObject({
    statusCode: 410,
    code: "GoneException",
  });
  await expect(
    sdk.postToConnection({ ConnectionId: "no id", Data: "x" }).promise(),
  ).rejects.toMatchObject({ statusCode: 400, code: "BadRequestException" });
});
