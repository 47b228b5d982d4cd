import { describe, expect, test } from "vitest";
import { Failure, Payload, startGateway } from "../gateway-harness.ts";

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

  test("a result without a status is reported, a complete response is not", async () => {
    const { url, traffic } = await startGateway({
      routes: ["get /", "get /whole"],
      functions: { "get /": () => ({ cats: 1 }), "get /whole": () => ({ statusCode: 200 }) },
    });
    const inferred: unknown[] = [];
    traffic.listen((event) => {
      if (event.type === "http-result-inferred") inferred.push(event);
    });
    await fetch(`${url}/whole`);
    await fetch(url);
    expect(inferred).toEqual([
      { type: "http-result-inferred", functionId: "get /", routeKey: "GET /" },
    ]);
  });

  test.each([
    ["a text", "plain", "plain"],
    ["a list", [1, { a: 2 }], '[1,{"a":2}]'],
    ["a number", 7, "7"],
    ["null", null, "null"],
    ["an object with a body", { body: "x", type: "text/html" }, '{"body":"x","type":"text/html"}'],
  ])("%s is sent as JSON, unchanged", async (_name, value, text) => {
    const { url } = await startGateway({ routes: ["get /"], functions: { "get /": () => value } });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "application/json",
      text,
    ]);
  });

  test("a body without a type is text/plain; names differ in case only once", async () => {
    const { url } = await startGateway({
      routes: ["get /", "get /html"],
      functions: {
        "get /": () => ({ statusCode: "200", body: "ü" }),
        "get /html": () => ({ statusCode: 200, headers: { "CONTENT-TYPE": "text/html" } }),
      },
    });
    const plain = await fetch(url);
    expect([plain.headers.get("content-type"), await plain.text()]).toEqual([
      "text/plain; charset=utf-8",
      "ü",
    ]);
    expect((await fetch(`${url}/html`)).headers.get("content-type")).toBe("text/html");
  });

  test("what payload 2.0 does not know is passed over: multiValueHeaders too", async () => {
    const { url } = await startGateway({
      routes: ["get /"],
      functions: {
        "get /": () => ({ statusCode: 200, multiValueHeaders: { "x-mine": ["1"] }, more: 1 }),
      },
    });
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get("x-mine")]).toEqual([200, null]);
  });

  test.each([
    [{ statusCode: "fine" }, 'has the statusCode "fine", which is not a number from 200 to 599'],
    [{ statusCode: 99 }, "has the statusCode 99, which is not a number from 200 to 599"],
    [{ statusCode: 200, body: {} }, "has a body that is not text: use JSON.stringify"],
    [
      { statusCode: 200, headers: { "x-mine": "a\r\nb: c" } },
      'has the header "x-mine", whose name or value HTTP does not allow',
    ],
    [
      { statusCode: 200, headers: { "x mine": "a" } },
      'has the header "x mine", whose name or value HTTP does not allow',
    ],
    [
      { statusCode: 200, headers: { "x-mine": "☃" } },
      'has the header "x-mine", whose name or value HTTP does not allow',
    ],
  ])("%j is 500, and the developer reads why", async (value, reason) => {
    const { url, traffic } = await startGateway({
      routes: ["get /"],
      functions: { "get /": () => value },
    });
    const reported = new Promise((resolve) => {
      traffic.listen((event) => {
        if (event.type === "http") resolve(event.reason);
      });
    });
    const answer = await fetch(url);
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([
      500,
      "Internal Server Error",
      '{"message":"Internal Server Error"}',
    ]);
    expect(await reported).toBe(`get /: its result ${reason}`);
  });

  test("every answer names its request", async () => {
    const { url, event } = await startGateway({ routes: ["get /"] });
    const answer = await fetch(url);
    const { requestContext } = await event("get /");
    expect(answer.headers.get("apigw-requestid")).toBe(requestContext.requestId);
    expect((await fetch(`${url}/nope`)).headers.get("apigw-requestid")).toMatch(/=$/);
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

  test("an event that is more than Lambda takes is 413", async () => {
    const { url } = await startGateway({
      routes: ["post /"],
      functions: {
        "post /": () => {
          throw new Failure("unhandled", "too large", "RequestEntityTooLargeException");
        },
      },
    });
    const answer = await fetch(url, { method: "POST", body: "x" });
    expect([answer.status, await answer.text()]).toEqual([
      413,
      '{"message":"Request Entity Too Large"}',
    ]);
  });

  test("an answer that is not JSON is 500", async () => {
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
    // A slash at the end is passed over for routing, and told.
    ["GET", "/cats/me/", "get /cats/me"],
    ["POST", "/cats/me", "any /cats/*"],
  ])("%s %s is taken by %s", async (method, path, route) => {
    const { url, event } = await startGateway({
      routes: ["get /cats/:id", "get /cats/me", "any /cats/*", "any /api/*", "get /api/exact"],
    });
    await fetch(url + path, { method });
    expect(await event(route)).toMatchObject({ rawPath: path });
  });

  test("a catch-all takes one part or more", async () => {
    const { url } = await startGateway({ routes: ["any /api/*"] });
    expect((await fetch(`${url}/api`)).status).toBe(404);
    expect((await fetch(`${url}/api/`)).status).toBe(404);
    expect((await fetch(`${url}/api/x`)).status).toBe(200);
  });

  test.each([
    [["any /*"], "ANY /{proxy+}", { proxy: "" }],
    [["get /:id"], "GET /{id}", { id: "" }],
    [["any /*", "get /*"], "GET /{proxy+}", { proxy: "" }],
    [["get /*", "any /:id"], "ANY /{id}", { id: "" }],
  ])("of %j, %s answers / with its variable empty", async (routes, routeKey, pathParameters) => {
    const { url, event } = await startGateway({ routes });
    expect((await fetch(`${url}/`)).status).toBe(200);
    const id = routes.find((route) => {
      const [method = "", path = ""] = route.split(" ");
      const key = path.replace("*", "{proxy+}").replace(":id", "{id}");
      return `${method.toUpperCase()} ${key}` === routeKey;
    });
    expect(await event(id ?? "")).toMatchObject({ routeKey, pathParameters, rawPath: "/" });
  });

  test("a route of / itself comes before a variable one", async () => {
    const { url, count } = await startGateway({ routes: ["any /*", "get /"] });
    await fetch(`${url}/`);
    expect([count("get /"), count("any /*")]).toEqual([1, 0]);
  });

  test("paths are case-sensitive", async () => {
    const { url } = await startGateway({ routes: ["get /Cats"] });
    expect((await fetch(`${url}/cats`)).status).toBe(404);
    expect((await fetch(`${url}/Cats`)).status).toBe(200);
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
