import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { requestTo } from "../../src/signed-fetch.ts";
import { createDynamoDb } from "../../src/tables/dynamodb.ts";
import {
  expectedAuthorization,
  lambdaEnvironment,
  setEnvironment,
  startAwsServer,
} from "../aws-server.ts";
import { dynamoDbAnswer } from "./document-client.ts";

const throttling = dynamoDbAnswer({ __type: "x#ThrottlingException", message: "slow down" }, 400);
const failure = dynamoDbAnswer({ __type: "x#InternalServerError", message: "sorry" }, 500);
const fine = dynamoDbAnswer({ Item: {} });

/** How long each retry would have waited, with half of what is possible each time. */
let waits: number[] = [];
beforeEach(() => {
  waits = [];
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((callback: () => void, ms: number) => {
    waits.push(ms);
    queueMicrotask(callback);
  }) as never);
  return () => {
    vi.restoreAllMocks();
  };
});

function environment(endpoint: string): void {
  setEnvironment({ ...lambdaEnvironment, AWS_ENDPOINT_URL_DYNAMODB: endpoint });
}

describe("a request to DynamoDB", () => {
  test("goes to the region's address unless the environment names another", () => {
    const url = (): string => requestTo("dynamodb", {}, {}).url;
    setEnvironment(lambdaEnvironment);
    expect(url()).toBe("https://dynamodb.eu-west-1.amazonaws.com/");
    setEnvironment({ ...lambdaEnvironment, AWS_ENDPOINT_URL: "http://127.0.0.1:4566/" });
    expect(url()).toBe("http://127.0.0.1:4566/");
    setEnvironment({
      ...lambdaEnvironment,
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000",
    });
    expect(url()).toBe("http://127.0.0.1:8000/");
  });

  test("is signed for the service and the region", async () => {
    const server = await startAwsServer(fine);
    environment(server.url);
    expect(await createDynamoDb()("GetItem", { Key: { id: { S: "é" } } })).toEqual({ Item: {} });
    const [request] = server.requests;
    if (request === undefined) throw new Error("nothing came");
    const { method, path, headers, body } = request;
    expect([method, path]).toEqual(["POST", "/"]);
    expect(headers).toMatchObject({
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.GetItem",
      "x-amz-security-token": "session/token==",
    });
    expect(body.toString()).toBe('{"Key":{"id":{"S":"é"}}}');
    const signed = { ...request, headers: { ...headers, "x-signed-host": headers.host } };
    expect(headers.authorization).toBe(expectedAuthorization(signed, "dynamodb", "eu-west-1"));
  });

  test("keeps its socket for the next one", async () => {
    let sockets = 0;
    const server = createServer((request, response) => {
      request.resume();
      request.on("end", () => response.end("{}"));
    });
    server.on("connection", () => sockets++);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    environment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const call = createDynamoDb();
    for (let count = 0; count < 5; count++) await call("GetItem", {});
    expect(sockets).toBe(1);
  });
});

describe("a request that DynamoDB does not carry out", () => {
  test.each([
    ["is throttled", throttling, [500, 1000, 2000]],
    ["is throttled by status", dynamoDbAnswer("slow", 429), [500, 1000, 2000]],
    ["fails", failure, [12.5, 25, 50]],
    ["meets a gateway's page", dynamoDbAnswer("<html>", 503), [12.5, 25, 50]],
  ])("is sent four times when it %s, with the AWS SDK's pauses", async (_what, answer, pauses) => {
    const server = await startAwsServer(answer);
    environment(server.url);
    await expect(createDynamoDb()("PutItem", {})).rejects.toMatchObject({
      $metadata: { httpStatusCode: answer.status },
    });
    expect(server.requests).toHaveLength(4);
    expect(waits).toEqual(pauses);
  });

  test.each([
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "TransactionInProgressException",
  ])("is sent again for %s", async (name) => {
    const server = await startAwsServer(dynamoDbAnswer({ __type: `x#${name}` }, 400), fine);
    environment(server.url);
    expect(await createDynamoDb()("PutItem", {})).toEqual({ Item: {} });
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    "ConditionalCheckFailedException",
    "ValidationException",
    "ItemCollectionSizeLimitExceededException",
    "TransactionConflictException",
    "TransactionCanceledException",
    "AccessDeniedException",
  ])("is sent once for %s", async (name) => {
    const server = await startAwsServer(dynamoDbAnswer({ __type: `x#${name}` }, 400));
    environment(server.url);
    await expect(createDynamoDb()("PutItem", {})).rejects.toMatchObject({ name });
    expect(server.requests).toHaveLength(1);
  });

  test("is sent again when the network fails, and then rejects with what failed", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    environment(`http://127.0.0.1:${port}`);
    await expect(createDynamoDb()("PutItem", {})).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(waits).toEqual([12.5, 25, 50]);
  });

  test("is sent again when the answer breaks off", async () => {
    let count = 0;
    const server = createServer((request, response) => {
      request.resume();
      if (++count > 1) response.end("{}");
      else response.writeHead(200, { "content-length": "9" }).write("{", () => response.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    environment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await createDynamoDb()("GetItem", {})).toEqual({});
    expect(count).toBe(2);
  });

  test("is not sent again over TLS that does not fit", async () => {
    const server = await startAwsServer(fine);
    environment(server.url.replace("http:", "https:"));
    await expect(createDynamoDb()("PutItem", {})).rejects.toMatchObject({
      code: expect.stringMatching(/^E(PROTO|RR_)/),
    });
    expect(waits).toEqual([]);
  });

  test("stops sending again when too much of it has failed", async () => {
    const server = await startAwsServer(failure);
    environment(server.url);
    const call = createDynamoDb();
    const counts: number[] = [];
    for (let count = 0; count < 14; count++) {
      const before = server.requests.length;
      await expect(call("PutItem", {})).rejects.toThrow("sorry");
      counts.push(server.requests.length - before);
    }
    // A retry costs 14 of 500: 35 of them, three for each call.
    expect(counts).toEqual([...Array.from({ length: 11 }, () => 4), 3, 1, 1]);
  });
});
