import { describe, expect, test } from "vitest";
import { Failure, startGateway } from "../gateway/gateway-harness.ts";

describe("payload version 1.0 of an HTTP API", () => {
  test("has its version, the decoded path, and null for missing values", async () => {
    const { url, event } = await startGateway({
      routes: ["get /cats/:id"],
      apigateway: "httpv1",
    });
    await fetch(`${url}/cats/a%20b`);
    expect(await event("get /cats/:id")).toMatchObject({
      version: "1.0",
      path: "/cats/a b",
      pathParameters: { id: "a b" },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      stageVariables: null,
      body: null,
    });
  });

  test("joins headers and multi-value headers, and knows no cookies", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      apigateway: "httpv1",
      functions: {
        "get /": () => ({
          statusCode: 200,
          headers: { "set-cookie": "a=1", "X-Mine": "1" },
          multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] },
          cookies: ["c=3"],
        }),
      },
    });
    const { headers } = await fetch(url);
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([headers.get("x-mine"), headers.get("content-type")]).toEqual([
      "1",
      "text/plain; charset=utf-8",
    ]);
  });

  test("answers a result without a status with 500", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      apigateway: "httpv1",
      functions: { "get /": () => ({ cats: 1 }) },
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      500,
      '{"message":"Internal Server Error"}',
    ]);
  });
});

describe("a REST API", () => {
  test("leaves out the version, and has the path as sent, and the stage in the context's path", async () => {
    const { url, event } = await startGateway({ routes: ["get /cats/:id"], apigateway: "rest" });
    await fetch(`${url}/cats/a%20b`);
    const told = await event("get /cats/:id");
    expect(told).not.toHaveProperty("version");
    expect(told).toMatchObject({
      path: "/cats/a%20b",
      requestContext: {
        path: "/testing/cats/a%20b",
        resourcePath: "/cats/{id}",
        stage: "testing",
        requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      },
    });
  });

  test("names request and error in its answer", async () => {
    const { url, event } = await startGateway({ routes: ["get /"], apigateway: "rest" });
    const answer = await fetch(url);
    const { requestContext } = await event("get /");
    expect(answer.headers.get("x-amzn-requestid")).toBe(requestContext.requestId);
    expect(answer.headers.get("content-type")).toBe("application/json");
    const refused = await fetch(`${url}/nope`);
    expect(refused.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
  });

  test("takes a result with a key it does not know for malformed", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      apigateway: "rest",
      functions: { "get /": () => ({ statusCode: 200, cookies: ["a=1"] }) },
    });
    expect((await fetch(url)).status).toBe(502);
  });

  test.each<[string, Failure, number, string, string]>([
    [
      "a function that fails",
      new Failure("handled"),
      502,
      '{"message": "Internal server error"}',
      "InternalServerErrorException",
    ],
    [
      "one that may not run",
      new Failure("throttled"),
      500,
      '{"message": "Internal server error"}',
      "InternalServerErrorException",
    ],
    [
      "an event that is more than Lambda takes",
      new Failure("unhandled", "too large", "RequestEntityTooLargeException"),
      413,
      '{"message": "Request Too Long"}',
      "BadRequestException",
    ],
  ])("answers %s in its own words", async (_name, failure, status, body, errorType) => {
    const { url } = await startGateway({
      routes: ["get /"],
      apigateway: "rest",
      functions: {
        "get /": () => {
          throw failure;
        },
      },
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text(), answer.headers.get("x-amzn-errortype")]).toEqual([
      status,
      body,
      errorType,
    ]);
  });

  test("no answer within 29 seconds is 504", async () => {
    const { url, event, clock } = await startGateway({
      routes: ["get /"],
      apigateway: "rest",
      functions: { "get /": () => new Promise(() => {}) },
    });
    const answer = fetch(url);
    await event("get /");
    await clock.advance("29s");
    const { status } = await answer;
    expect([status, await (await answer).text()]).toEqual([
      504,
      '{"message": "Endpoint request timed out"}',
    ]);
  });

  test("has events of payload version 1.0", async () => {
    const { url, event } = await startGateway({ routes: ["get /cats/:id"], apigateway: "rest" });
    await fetch(`${url}/cats/tom?x=1&x=2`);
    expect(await event("get /cats/:id")).toMatchObject({
      resource: "/cats/{id}",
      path: "/cats/tom",
      httpMethod: "GET",
      queryStringParameters: { x: "2" },
      multiValueQueryStringParameters: { x: ["1", "2"] },
      pathParameters: { id: "tom" },
      body: null,
    });
  });

  test("answers a result without a status with 502", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      apigateway: "rest",
      functions: { "get /": () => ({ cats: 1 }) },
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      502,
      '{"message": "Internal server error"}',
    ]);
  });

  test("has 403 for what no route takes", async () => {
    const { url } = await startGateway({ routes: ["get /cats"], apigateway: "rest" });
    const answer = await fetch(`${url}/nope`, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { message: "Missing Authentication Token" },
    ]);
  });
});
