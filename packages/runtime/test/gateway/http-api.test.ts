import { describe, expect, test } from "vitest";
import { Failure, Payload, startGateway } from "./gateway-harness.ts";

describe("the event of an HTTP API", () => {
  test("is payload version 2.0", async () => {
    const { url, event, gateway } = await startGateway({ routes: ["post /cats/:id"] });
    await fetch(`${url}/cats/a%20b?x=1&x=2`, {
      method: "POST",
      body: "hello",
      headers: { Cookie: "a=1; b=2", "X-Mine": "1" },
    });
    expect(await event("post /cats/:id")).toMatchObject({
      version: "2.0",
      routeKey: "POST /cats/{id}",
      rawQueryString: "x=1&x=2",
      queryStringParameters: { x: "1,2" },
      pathParameters: { id: "a b" },
      cookies: ["a=1", "b=2"],
      headers: { "x-mine": "1" },
      body: "hello",
      isBase64Encoded: false,
      requestContext: {
        apiId: gateway.apiId,
        stage: "$default",
        http: { method: "POST", sourceIp: "127.0.0.1", protocol: "HTTP/1.1" },
      },
    });
  });

  test("has bodies that are no text in base64", async () => {
    const { url, event } = await startGateway({ routes: ["post /"] });
    await fetch(url, {
      method: "POST",
      body: new Uint8Array([1, 2]),
      headers: { "Content-Type": "application/octet-stream" },
    });
    expect(await event("post /")).toMatchObject({ body: "AQI=", isBase64Encoded: true });
  });
});

describe("the answer of an HTTP API", () => {
  test("status, headers, cookies and a base64 body are the function's", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      functions: {
        "get /": () => ({
          statusCode: 201,
          headers: { "X-Mine": "1" },
          cookies: ["a=1", "b=2"],
          isBase64Encoded: true,
          body: "aGk=",
        }),
      },
    });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("x-mine"), await answer.text()]).toEqual([
      201,
      "1",
      "hi",
    ]);
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test("without a status, a value is a JSON body of 200", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      functions: { "get /": () => ({ cats: 1 }) },
    });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("content-type"), await answer.json()]).toEqual([
      200,
      "application/json",
      { cats: 1 },
    ]);
  });

  test("a failure is 500", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      functions: {
        "get /": () => {
          throw new Failure("unhandled");
        },
      },
    });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      500,
      '{"message":"Internal Server Error"}',
    ]);
  });

  test("an answer that is no JSON is 500", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      functions: { "get /": () => new Payload("not JSON") },
    });
    expect((await fetch(url)).status).toBe(500);
  });

  test("no answer within 30 seconds is 503", async () => {
    const { url, event, clock } = await startGateway({
      routes: ["get /"],
      functions: { "get /": () => new Promise(() => {}) },
    });
    const answer = fetch(url);
    await event("get /");
    await clock.advance("30s");
    expect((await answer).status).toBe(503);
  });
});

describe("routes of an HTTP API", () => {
  test.each([
    ["GET", "/cats/me", "get /cats/me"],
    ["GET", "/cats/tom", "get /cats/:id"],
    ["PUT", "/api/a/b", "any /api/*"],
    ["GET", "/api/exact", "get /api/exact"],
  ])("%s %s is taken by %s", async (method, path, route) => {
    const { url, event } = await startGateway({
      routes: ["get /cats/:id", "get /cats/me", "any /api/*", "get /api/exact"],
    });
    await fetch(url + path, { method });
    expect(await event(route)).toMatchObject({ rawPath: path });
  });

  test("what no route takes is 404", async () => {
    const { url } = await startGateway({ routes: ["get /"] });
    const answer = await fetch(`${url}/nope`, { method: "POST" });
    expect([answer.status, await answer.text()]).toEqual([404, '{"message":"Not Found"}']);
  });

  test("a body above 10 MB is 413", async () => {
    const { url, count } = await startGateway({ routes: ["post /"] });
    const body = "x".repeat(10 * 1024 * 1024 + 1);
    expect((await fetch(url, { method: "POST", body })).status).toBe(413);
    expect(count("post /")).toBe(0);
  });
});

describe("other methods of an HTTP API", () => {
  test("HEAD and OPTIONS are routes of their own, or any's", async () => {
    const { url, event } = await startGateway({
      routes: ["get /cats", "head /dogs", "options /dogs", "any /birds"],
      functions: {
        "head /dogs": () => ({ statusCode: 204, headers: { "x-dogs": "2" } }),
        "options /dogs": () => ({ statusCode: 200, headers: { allow: "HEAD, OPTIONS" } }),
        "any /birds": () => ({ statusCode: 200, body: "tweet" }),
      },
    });
    // API Gateway does not take HEAD for GET.
    expect((await fetch(`${url}/cats`, { method: "HEAD" })).status).toBe(404);
    const dogs = await fetch(`${url}/dogs`, { method: "HEAD" });
    expect([dogs.status, dogs.headers.get("x-dogs")]).toEqual([204, "2"]);
    const options = await fetch(`${url}/dogs`, { method: "OPTIONS" });
    expect(options.headers.get("allow")).toBe("HEAD, OPTIONS");
    const birds = await fetch(`${url}/birds`, { method: "HEAD" });
    expect([birds.status, birds.headers.get("content-length"), await birds.text()]).toEqual([
      200,
      "5",
      "",
    ]);
    expect((await event("any /birds")).requestContext.http.method).toBe("HEAD");
  });

  test("headers above 10 KB are 431", async () => {
    const { url } = await startGateway({ routes: ["get /"] });
    const answer = await fetch(url, { headers: { "x-long": "x".repeat(11_000) } });
    expect(answer.status).toBe(431);
  });
});

describe("a REST API", () => {
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

  test("answers what has no status with 502", async () => {
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
