import { Agent, request } from "node:http";
import { describe, expect, test } from "vitest";
import { startGateway } from "../gateway/gateway-harness.ts";

interface HttpEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly requestContext: { readonly requestId: string };
}

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

  test("says what each request of a kept connection said, not what the one before it did", async () => {
    const { url, event } = await startGateway({ routes: ["any /"] });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<unknown>();
    const send = async (
      method: string,
      headers: Record<string, string>,
      body = "",
    ): Promise<HttpEvent> => {
      await new Promise<void>((resolve, reject) => {
        const sent = request(url, { agent, method, headers }, (response) => {
          ports.add(response.socket.localPort);
          response.resume();
          response.once("end", resolve);
        });
        sent.once("error", reject);
        sent.end(body);
      });
      return (await event("any /")) as HttpEvent;
    };
    const first = await send("GET", { cookie: "who=ann", "x-mine": "1" });
    const same = await send("GET", { cookie: "who=ann", "x-mine": "1" });
    expect(same.headers["x-amzn-trace-id"]).not.toBe(first.headers["x-amzn-trace-id"]);
    expect({ ...same.headers, "x-amzn-trace-id": "" }).toEqual({
      ...first.headers,
      "x-amzn-trace-id": "",
    });
    expect(same.requestContext.requestId).not.toBe(first.requestContext.requestId);
    const other = await send("GET", { cookie: "who=bob", "x-mine": "1" });
    expect(other.cookies).toEqual(["who=bob"]);
    const without = await send("GET", { "x-mine": "1" });
    expect(without).not.toHaveProperty("cookies");
    const post = await send("POST", { "content-type": "text/plain", "content-length": "2" }, "hi");
    expect(post).toMatchObject({
      body: "hi",
      isBase64Encoded: false,
      headers: { "content-length": "2" },
      requestContext: { http: { method: "POST" } },
    });
    expect(post.headers).not.toHaveProperty("x-mine");
    const bytes = await send("POST", { "content-type": "a/b", "content-length": "2" }, "hi");
    expect(bytes).toMatchObject({ body: "aGk=", isBase64Encoded: true });
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  test.each([
    ["text/html; charset=utf-8", false],
    ["application/json", false],
    ["Application/JSON; charset=utf-8", false],
    ["application/xml", false],
    ["application/javascript", false],
    ["application/octet-stream", true],
    ["image/svg+xml", true],
    ["application/problem+json", true],
    ["application/x-www-form-urlencoded", true],
    ["multipart/form-data; boundary=x", true],
    ["", true],
  ])("a body of type %j in base64: %s", async (type, isBase64Encoded) => {
    const { url, event } = await startGateway({ routes: ["post /"] });
    // A body of bytes: of a text the client would tell a type by itself.
    const body = new TextEncoder().encode("ü");
    const headers = type === "" ? {} : { "Content-Type": type };
    await fetch(url, { method: "POST", body, headers });
    expect(await event("post /")).toMatchObject({
      body: isBase64Encoded ? "w7w=" : "ü",
      isBase64Encoded,
    });
  });

  test("has the path decoded and the query as it was sent", async () => {
    const { url, event } = await startGateway({ routes: ["get /a/:name/*"] });
    await fetch(`${url}/a/t%C3%B6m%20x/b%2Fc/d+e?x=%20y&x=b%2Cc&flag&plus=a+b`);
    const path = "/a/töm x/b/c/d+e";
    expect(await event("get /a/:name/*")).toMatchObject({
      rawPath: path,
      rawQueryString: "x=%20y&x=b%2Cc&flag&plus=a+b",
      queryStringParameters: { x: " y,b,c", flag: "", plus: "a b" },
      pathParameters: { name: "töm x", proxy: "b/c/d+e" },
      requestContext: { http: { path } },
    });
  });

  test("has header names in lower case, repeated ones joined, and cookies apart", async () => {
    const { port, event } = await startGateway({ routes: ["get /"] });
    await new Promise((resolve) => {
      request({
        port,
        headers: {
          "X-Mine": ["1", "2"],
          Cookie: ["a=1; b=2", "c=3"],
          "X-Forwarded-For": "6.6.6.6",
        },
      })
        .once("response", resolve)
        .end();
    });
    const { headers, cookies } = await event("get /");
    expect(cookies).toEqual(["a=1", "b=2", "c=3"]);
    expect(headers).toMatchObject({
      "x-mine": "1,2",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-port": String(port),
      "x-forwarded-proto": "http",
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(headers).not.toHaveProperty("cookie");
    expect(headers).not.toHaveProperty("connection");
  });

  test("leaves out what a request does not have, and has every field of AWS's", async () => {
    const { port, event, gateway, clock } = await startGateway({ routes: ["get /"] });
    await new Promise((resolve) => {
      request({ port, setHost: false, headers: { Host: "app.example" } })
        .once("response", resolve)
        .end();
    });
    const { headers, ...rest } = await event("get /");
    // The body's length is told of every request, the connection of none.
    expect(Object.keys(headers)).toEqual([
      "content-length",
      "host",
      "x-amzn-trace-id",
      "x-forwarded-for",
      "x-forwarded-port",
      "x-forwarded-proto",
    ]);
    expect(headers["content-length"]).toBe("0");
    expect(rest).toEqual({
      version: "2.0",
      routeKey: "GET /",
      rawPath: "/",
      rawQueryString: "",
      requestContext: {
        accountId: "123456789012",
        apiId: gateway.apiId,
        domainName: "app.example",
        domainPrefix: "app",
        http: {
          method: "GET",
          path: "/",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "",
        },
        requestId: expect.stringMatching(/^[A-Za-z0-9_-]{15}=$/),
        routeKey: "GET /",
        stage: "$default",
        time: "14/Nov/2023:22:13:20 +0000",
        timeEpoch: clock.now(),
      },
      isBase64Encoded: false,
    });
  });
});
