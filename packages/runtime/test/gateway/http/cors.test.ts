import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startGateway, type GatewayHarnessOptions } from "../gateway-harness.ts";

const preflight = { origin: "https://a.example", "access-control-request-method": "POST" };

/** The CORS headers of an answer, with its status. */
async function ask(
  options: GatewayHarnessOptions,
  init: RequestInit,
  path: string = "/",
): Promise<Readonly<Record<string, string | number>>> {
  const { url } = await startGateway({
    routes: ["get /", "any /any"],
    functions: {
      "get /": () => ({
        statusCode: 200,
        headers: { "Access-Control-Allow-Origin": "https://mine.example", "x-own": "1" },
        body: "got",
      }),
      "any /any": ({ event }) => ({ statusCode: 200, body: JSON.stringify(event) }),
    },
    ...options,
  });
  const answer = await fetch(new URL(path, url), init);
  await answer.arrayBuffer();
  const headers = [...answer.headers].filter(([name]) =>
    /^(?:access-control-|vary$|x-own$)/.test(name),
  );
  return { status: answer.status, ...Object.fromEntries(headers) };
}

test("a preflight request is answered without a function, route or not", async () => {
  for (const path of ["/", "/any", "/nowhere"])
    expect(await ask({ cors: {} }, { method: "OPTIONS", headers: preflight }, path)).toEqual({
      status: 204,
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "*",
      "access-control-allow-headers": "*",
    });
});

test("origins, methods, headers, credentials and age are what the manifest says", async () => {
  const cors = {
    origins: ["https://a.example", "http://*"],
    methods: ["GET", "POST"],
    headers: ["x-a", "content-type"],
    exposed: ["x-own"],
    hasCredentials: true,
    maxAgeSeconds: 600,
  };
  expect(await ask({ cors }, { method: "OPTIONS", headers: preflight })).toEqual({
    status: 204,
    vary: "Origin",
    "access-control-allow-origin": "https://a.example",
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET,POST",
    "access-control-allow-headers": "x-a,content-type",
    "access-control-expose-headers": "x-own",
    "access-control-max-age": "600",
  });
  expect(await ask({ cors }, { headers: { origin: "http://anywhere.example" } })).toEqual({
    status: 200,
    vary: "Origin",
    "x-own": "1",
    "access-control-allow-origin": "http://anywhere.example",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "x-own",
  });
});

test("another origin is answered, and its pages may not read it", async () => {
  const cors = { origins: ["https://b.example"] };
  expect(await ask({ cors }, { method: "OPTIONS", headers: preflight })).toEqual({ status: 204 });
  // What the function says of it is ignored.
  expect(await ask({ cors }, { headers: { origin: "https://a.example" } })).toEqual({
    status: 200,
    "x-own": "1",
  });
  expect(await ask({ cors }, {})).toEqual({ status: 200, "x-own": "1" });
});

test("OPTIONS that is not a preflight request goes to its route", async () => {
  expect(
    await ask(
      { cors: {} },
      { method: "OPTIONS", headers: { origin: "https://a.example" } },
      "/any",
    ),
  ).toEqual({
    status: 200,
    "access-control-allow-origin": "*",
  });
});

test("without @cors a function's own headers stay", async () => {
  expect(await ask({}, { headers: { origin: "https://a.example" } })).toEqual({
    status: 200,
    "x-own": "1",
    "access-control-allow-origin": "https://mine.example",
  });
  expect(await ask({}, { method: "OPTIONS", headers: preflight })).toEqual({ status: 404 });
});

test("what the server of @proxy says of origins is ignored too", async () => {
  const server = createServer((_, response) =>
    response
      .writeHead(200, { "access-control-allow-origin": "https://mine.example", "x-own": "1" })
      .end(),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const init = { headers: { origin: "https://a.example" } };
  const cors = { origins: ["https://a.example"] };
  expect(await ask({ cors, proxy, routes: [] }, init, "/elsewhere")).toEqual({
    status: 200,
    vary: "Origin",
    "x-own": "1",
    "access-control-allow-origin": "https://a.example",
  });
});
