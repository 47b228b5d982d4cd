import { createWs, ws, type WebSocketPayload } from "@arclet/functions";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  expectedAuthorization,
  lambdaEnvironment,
  leadAwsTo,
  setEnvironment,
  startAwsServer,
} from "./aws-server.ts";

const id = "TXzPWdnOjoECGjA=";
const channelKey = Symbol.for("arclet.gateway");

/** Offers a direct channel, as the environment's bootstrap does. */
function offerChannel(answer: unknown): unknown[] {
  const requests: unknown[] = [];
  Object.defineProperty(globalThis, channelKey, {
    configurable: true,
    value: {
      request: (...given: unknown[]) => {
        requests.push(given);
        return Promise.resolve(answer);
      },
    },
  });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, channelKey);
  });
  return requests;
}

const payloads: readonly (readonly [string, WebSocketPayload, string])[] = [
  ["objects as JSON", { a: [1, "é"] }, '{"a":[1,"é"]}'],
  ["text as it is", "plain 🙂", "plain 🙂"],
  ["empty text", "", ""],
  ["null as JSON", null, "null"],
  ["numbers as JSON", 1.5, "1.5"],
  ["a Buffer as bytes", Buffer.from([0, 255, 16]), "\u0000\u00ff\u0010"],
  ["an ArrayBuffer as bytes", new Uint8Array([1, 2]).buffer, "\u0001\u0002"],
  [
    "a view as the bytes it shows",
    new DataView(new Uint8Array([9, 1, 2, 9]).buffer, 1, 2),
    "\u0001\u0002",
  ],
];

describe("ws over HTTP", () => {
  test.each(payloads)("sends %s", async (_, payload, expected) => {
    const server = await startAwsServer({ status: 200 });
    setEnvironment({ ARC_WSS_URL: server.url.replace("http", "ws") });
    await ws.send({ id, payload });
    const [request] = server.requests;
    expect(request?.method).toBe("POST");
    expect(request?.path).toBe("/@connections/TXzPWdnOjoECGjA%3D");
    const encoding = typeof payload === "object" && /bytes/.test(_) ? "latin1" : "utf8";
    expect(request?.body.toString(encoding)).toBe(expected);
  });

  test("sends nothing signed to an address without TLS", async () => {
    const server = await startAwsServer({ status: 200 });
    setEnvironment({ ...lambdaEnvironment, ARC_WSS_URL: server.url.replace("http", "ws") });
    await ws.send({ id, payload: "x" });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test.each([
    ["send", "POST", "eu-central-1"],
    ["close", "DELETE", "eu-central-1"],
  ] as const)("signs %s for AWS", async (verb, method, region) => {
    const server = await startAwsServer({ status: verb === "send" ? 200 : 204 });
    leadAwsTo(server);
    setEnvironment({
      ...lambdaEnvironment,
      ARC_WSS_URL: `wss://abc123.execute-api.${region}.amazonaws.com/production`,
    });
    await (verb === "send" ? ws.send({ id, payload: { a: "é" } }) : ws.close({ id }));
    const [request] = server.requests;
    if (request === undefined) throw new Error("nothing came");
    expect(request.method).toBe(method);
    expect(request.path).toBe("/production/@connections/TXzPWdnOjoECGjA%3D");
    expect(request.headers["x-amz-security-token"]).toBe("session/token==");
    expect(request.headers.authorization).toBe(
      expectedAuthorization(request, "execute-api", region),
    );
  });

  test("reads credentials at each call, since they rotate", async () => {
    const server = await startAwsServer({ status: 200 });
    leadAwsTo(server);
    const url = "wss://abc123.execute-api.eu-west-1.amazonaws.com/production";
    setEnvironment({ ...lambdaEnvironment, ARC_WSS_URL: url });
    await ws.send({ id, payload: "x" });
    setEnvironment({ ...lambdaEnvironment, AWS_ACCESS_KEY_ID: "ROTATED", ARC_WSS_URL: url });
    await ws.send({ id, payload: "x" });
    expect(server.requests[1]?.headers.authorization).toContain("Credential=ROTATED/");
  });

  test("goes to the management address of a custom domain, signed for the function's own region", async () => {
    const server = await startAwsServer({ status: 200 });
    leadAwsTo(server);
    setEnvironment({
      ...lambdaEnvironment,
      ARC_WSS_URL: "wss://ws.example.com",
      ARC_WS_MANAGEMENT_URL: "https://ws.example.com/mapping/",
    });
    await ws.send({ id, payload: "x" });
    const [request] = server.requests;
    if (request === undefined) throw new Error("nothing came");
    expect(request.path).toBe("/mapping/@connections/TXzPWdnOjoECGjA%3D");
    expect(request.headers.authorization).toBe(
      expectedAuthorization(request, "execute-api", "eu-west-1"),
    );
  });

  test("says what is missing without credentials or an address", async () => {
    setEnvironment({ ARC_WSS_URL: "wss://abc.execute-api.eu-west-1.amazonaws.com/production" });
    await expect(ws.send({ id, payload: "x" })).rejects.toThrow("AWS_ACCESS_KEY_ID");
    setEnvironment({});
    await expect(ws.send({ id, payload: "x" })).rejects.toThrow("ARC_WSS_URL is not set");
  });

  test("tells about a connection", async () => {
    const server = await startAwsServer({
      status: 200,
      body: `{
  "identity" : {
    "sourceIp" : "203.0.113.7"
  },
  "connectedAt" : "2020-11-15T12:23:14.726Z",
  "lastActiveAt" : "2020-11-15T12:24:00.001Z"
}`,
    });
    setEnvironment({ ARC_WSS_URL: server.url.replace("http", "ws") });
    expect(await ws.info({ id })).toEqual({
      connectedAt: new Date("2020-11-15T12:23:14.726Z"),
      lastActiveAt: new Date("2020-11-15T12:24:00.001Z"),
      identity: { sourceIp: "203.0.113.7" },
    });
    expect(server.requests[0]?.method).toBe("GET");
  });

  test.each([
    [410, "GoneException", { "x-amzn-errortype": "GoneException" }, ""],
    [410, "GoneException", {}, ""],
    [
      403,
      "ForbiddenException",
      { "x-amzn-errortype": "ForbiddenException:http://x/" },
      '{"message":"Forbidden"}',
    ],
    [413, "PayloadTooLargeException", {}, '{"message":"too \\"large\\""}'],
    [
      400,
      "BadRequestException",
      { "x-amzn-errortype": "BadRequestException" },
      '{"message":"Invalid connectionId: x"}',
    ],
  ])("rejects %i as %s, at once", async (status, name, headers, body) => {
    const server = await startAwsServer({
      status,
      headers: { ...headers, "x-amzn-requestid": "request-1" },
      body,
    });
    setEnvironment({ ARC_WSS_URL: server.url.replace("http", "ws") });
    const error: unknown = await ws.send({ id, payload: "x" }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name,
      message:
        body === ""
          ? `${name} (HTTP ${status})`
          : (JSON.parse(body) as { message: string }).message,
      $metadata: { httpStatusCode: status, requestId: "request-1" },
    });
    expect(server.requests.length).toBe(1);
  });

  test("tries three times when throttled or when AWS fails", async () => {
    const recovering = await startAwsServer({ status: 429 }, { status: 500 }, { status: 200 });
    setEnvironment({ ARC_WSS_URL: recovering.url.replace("http", "ws") });
    await ws.send({ id, payload: "x" });
    expect(recovering.requests.map(({ body }) => body.toString())).toEqual(["x", "x", "x"]);
    const throttling = await startAwsServer({ status: 429 });
    setEnvironment({ ARC_WSS_URL: throttling.url.replace("http", "ws") });
    await expect(ws.send({ id, payload: "x" })).rejects.toMatchObject({
      name: "LimitExceededException",
      $metadata: { httpStatusCode: 429 },
    });
    expect(throttling.requests.length).toBe(3);
  });

  test("reaches another API by its endpoint, whatever the environment offers", async () => {
    const server = await startAwsServer({ status: 200 });
    setEnvironment({});
    const requests = offerChannel({ type: "done" });
    await createWs({ endpoint: `${server.url}/staging/` }).send({ id, payload: "x" });
    expect(server.requests[0]?.path).toBe("/staging/@connections/TXzPWdnOjoECGjA%3D");
    expect(requests).toEqual([]);
  });
});

describe("ws over the direct channel", () => {
  test("sends and closes without HTTP", async () => {
    const requests = offerChannel({ type: "done" });
    const bytes = new Uint8Array([1]);
    await ws.send({ id, payload: { a: 1 } });
    await ws.send({ id, payload: bytes });
    await ws.close({ id });
    expect(requests).toEqual([
      [id, { type: "send", data: '{"a":1}' }],
      [id, { type: "send", data: bytes }],
      [id, { type: "close" }],
    ]);
  });

  test("tells about a connection", async () => {
    const identity = { sourceIp: "127.0.0.1", userAgent: "browser" };
    offerChannel({ type: "info", info: { connectedAt: 1, lastActiveAt: 2, identity } });
    expect(await ws.info({ id })).toEqual({
      connectedAt: new Date(1),
      lastActiveAt: new Date(2),
      identity,
    });
  });

  test.each([
    ["gone", "GoneException", 410],
    [{ type: "limit-exceeded" }, "LimitExceededException", 429],
    [{ type: "too-large" }, "PayloadTooLargeException", 413],
  ] as const)("rejects %j as %s", async (answer, name, httpStatusCode) => {
    offerChannel(answer);
    await expect(ws.send({ id, payload: "x" })).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
  });

  test("refuses to send nothing, or to nobody", async () => {
    const requests = offerChannel({ type: "done" });
    // As a caller without types could.
    const careless = ws.send as (message: unknown) => Promise<void>;
    await expect(careless({ id })).rejects.toThrow("needs a payload");
    await expect(careless({ payload: "x" })).rejects.toThrow("needs the id of a connection");
    expect(requests).toEqual([]);
  });
});
