import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { createNumberedIds } from "../../../src/numbered-ids.ts";
import { RuntimeApi } from "../../../src/execution/child-process/runtime-api.ts";

async function next(address: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const [host = "", port = ""] = address.split(":");
  const path = "/2018-06-01/runtime/invocation/next";
  const sent = request({ host, port, path, headers, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

describe("the port of the Runtime API", () => {
  test.each([
    ["a foreign page", { origin: "https://evil.example" }],
    ["a page of this machine", { origin: "http://localhost:3333" }],
    ["an image on a page", { "sec-fetch-site": "cross-site" }],
    ["a name that was bound to this machine", { host: "evil.example" }],
    ["a proxy", { "x-forwarded-for": "203.0.113.9" }],
  ])("gives no event to %s, and the event stays the function's", async (_, headers) => {
    const api = new RuntimeApi({
      timeoutMs: 1000,
      functionArn: "arn:aws:lambda:us-west-2:123456789012:function:x",
      observer: { onReady() {}, onInitError() {}, onResponse() {}, onError() {} },
    });
    onTestFinished(() => api.close());
    const address = await api.listen();
    const ids = createNumberedIds();
    api.add({ number: 1, ids, requestId: ids.lambdaRequestId(1), event: "{}" });
    expect(await next(address, headers)).toBe(403);
    expect(api.started).toEqual([]);
    expect(await next(address, {})).toBe(200);
    expect(api.started).toHaveLength(1);
  });
});
