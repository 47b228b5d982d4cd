import { describe, expect, test } from "vitest";
import { adaptExport, completeResponse } from "../../src/http-response/adapt-handler.ts";

const versionTwo = { version: "2.0" };
const versionOne = { version: "1.0" };

describe("a result without statusCode", () => {
  const html = "text/html; charset=utf-8";
  test.each([
    [
      "a page",
      { type: "text/html; charset=utf8", body: "<p>" },
      200,
      "text/html; charset=utf8",
      "<p>",
    ],
    [
      "keys of the app's own beside a page",
      { type: "text/css", body: "p{}", made: 1 },
      200,
      "text/css",
      "p{}",
    ],
    ["an empty page", { type: "text/plain", body: "" }, 200, "text/plain", ""],
    ["html", { html: "<p>" }, 200, html, "<p>"],
    ["css", { css: "p{}" }, 200, "text/css; charset=utf-8", "p{}"],
    ["js", { js: "run()" }, 200, "text/javascript; charset=utf-8", "run()"],
    ["text", { text: "hi" }, 200, "text/plain; charset=utf-8", "hi"],
    ["xml", { xml: "<a/>" }, 200, "application/xml; charset=utf-8", "<a/>"],
    ["json", { json: { a: [1] } }, 200, "application/json; charset=utf-8", '{"a":[1]}'],
    ["json that is null", { json: null }, 200, "application/json; charset=utf-8", "null"],
    ["a status", { html: "gone", status: 410 }, 410, html, "gone"],
    ["a code that is text", { html: "gone", code: "404" }, 404, html, "gone"],
    [
      "a type beside a shorthand",
      { xml: "<a/>", type: "image/svg+xml" },
      200,
      "image/svg+xml",
      "<a/>",
    ],
    ["a status and a body", { status: 201, body: "made" }, 201, undefined, "made"],
    [
      "undefined, as if it were not there",
      { statusCode: undefined, html: "<p>", text: undefined },
      200,
      html,
      "<p>",
    ],
  ])("%s", (_name, result, status, type, body) => {
    const completed = completeResponse(result, versionTwo) as Record<string, unknown>;
    expect(completed).toMatchObject({ statusCode: status, body });
    expect((completed["headers"] as Record<string, string>)["content-type"]).toBe(type);
  });

  test.each([
    ["/login", 302],
    ["./next", 302],
    ["?page=2", 302],
    ["https://elsewhere.example/a", 302],
  ])("redirects to %s", (location, statusCode) => {
    expect(completeResponse({ location }, versionTwo)).toEqual({
      statusCode,
      headers: { location },
      body: "",
    });
  });

  test("redirects with the status, the cookie and the page it names", () => {
    const result = { location: "/home", status: 303, cookie: "a=1; Path=/", html: "moved" };
    expect(completeResponse(result, versionTwo)).toEqual({
      statusCode: 303,
      headers: { "content-type": "text/html; charset=utf-8", location: "/home" },
      cookies: ["a=1; Path=/"],
      body: "moved",
    });
  });

  test("sets all cookies, as each version of the payload has them", () => {
    const result = { html: "", cookie: ["a=1", "b=2"], cookies: ["c=3"] };
    expect(completeResponse(result, versionTwo)).toMatchObject({ cookies: ["c=3", "a=1", "b=2"] });
    const one = completeResponse(result, versionOne);
    expect(one).toMatchObject({ multiValueHeaders: { "set-cookie": ["c=3", "a=1", "b=2"] } });
    expect(one).not.toHaveProperty("cookies");
  });

  test("keeps headers, which win over shorthands in any case", () => {
    const result = {
      html: "<p>",
      cacheControl: "no-store",
      cors: true,
      headers: { "Content-Type": "application/xhtml+xml", "X-Mine": "1" },
      isBase64Encoded: true,
    };
    expect(completeResponse(result, versionTwo)).toEqual({
      statusCode: 200,
      headers: {
        "Content-Type": "application/xhtml+xml",
        "X-Mine": "1",
        "cache-control": "no-store",
        "access-control-allow-origin": "*",
      },
      body: "<p>",
      isBase64Encoded: true,
    });
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "plain"],
    ["a list", [{ html: "<p>" }]],
    ["a complete response", { statusCode: 200, type: "text/html", body: "<p>" }],
    ["a status code that is none", { statusCode: null, html: "<p>" }],
    ["a type that is no media type", { type: "cat", body: "<p>" }],
    ["a page that is no text", { type: "text/html", body: { a: 1 } }],
    ["a page without a body", { type: "text/html" }],
    ["a body alone", { body: "hi" }],
    ["headers and a body", { headers: { a: "b" }, body: "hi" }],
    ["a place that is no address", { location: "Berlin" }],
    ["a status that is a word", { status: "ok", text: "fine" }],
    ["a status alone", { status: 200 }],
    ["a code of the app's own", { code: "E_FULL", text: "full" }],
    ["a message with other fields", { text: "hi", from: "Ada" }],
    ["two bodies", { html: "<p>hi", text: "hi" }],
    ["a cookie alone", { cookie: "oats" }],
    ["markup that is no text", { html: { tag: "p" } }],
    ["a name of every object", { constructor: "x" }],
  ])("is left alone: %s", (_name, result) => {
    expect(completeResponse(result, versionTwo)).toBe(result);
  });
});

describe("an adapted handler", () => {
  type Handler = (...args: readonly unknown[]) => unknown;
  const adapt = (handler: unknown): Handler => adaptExport(handler, []) as Handler;
  const page = { html: "<p>" };
  const completed = { statusCode: 200, body: "<p>" };

  test("keeps its length, its name and its being async", () => {
    const callback = adapt((_event: unknown, _context: unknown, _done: unknown) => null);
    expect(callback).toHaveLength(3);
    const adapted = adapt(async function named(_event: unknown) {
      return null;
    });
    expect([adapted.length, adapted.name, adapted.constructor.name]).toEqual([
      1,
      "named",
      "AsyncFunction",
    ]);
  });

  test("passes event and context on as they are", () => {
    const seen: unknown[] = [];
    const [event, context] = [{}, {}];
    adapt((...args: readonly unknown[]) => seen.push(...args))(event, context);
    expect(seen).toHaveLength(2);
    expect([seen[0] === event, seen[1] === context]).toEqual([true, true]);
  });

  test("completes the result, returned directly or as a promise", async () => {
    expect(adapt(() => page)({})).toMatchObject(completed);
    expect(await adapt(() => Promise.resolve(page))({})).toMatchObject(completed);
    expect(await adapt(async () => page)({})).toMatchObject(completed);
  });

  test("fails as the handler does", async () => {
    const error = new Error("mine");
    expect(() =>
      adapt(() => {
        throw error;
      })({}),
    ).toThrow(error);
    await expect(adapt(() => Promise.reject(error))({})).rejects.toBe(error);
  });

  test("completes what comes by the callback or by the context", () => {
    const results: unknown[] = [];
    const take = (error: unknown, result: unknown): unknown => results.push([error, result]);
    const context = (): object => ({
      done: take,
      succeed: (result: unknown) => take("succeed", result),
      fail: take,
    });
    const run = (handler: (...args: never[]) => unknown): unknown =>
      adapt(handler)(versionTwo, context(), take);
    run((_event, _context, callback: typeof take) => callback(null, page));
    run((_event, { done }: { done: typeof take }) => done(null, page));
    run((_event, { succeed }: { succeed: (result: unknown) => void }) => succeed(page));
    const error = new Error("mine");
    run((_event, _context, callback: typeof take) => callback(error, undefined));
    expect(results).toEqual([
      [null, expect.objectContaining(completed)],
      [null, expect.objectContaining(completed)],
      ["succeed", expect.objectContaining(completed)],
      [error, undefined],
    ]);
  });

  test("is the handler itself when that streams, and any other value itself", () => {
    const streaming = Object.assign(() => null, {
      [Symbol.for("aws.lambda.runtime.handler.streaming")]: "response",
    });
    expect(adapt(streaming)).toBe(streaming);
    expect(adapt(undefined)).toBeUndefined();
    expect(adaptExport({ handler: 7 }, ["handler"])).toHaveProperty("handler", 7);
  });

  test("is found where the handler was, and the rest of the module is there", () => {
    const module = { nested: { handler: () => page, other: 1 }, more: 2 };
    const adapted = adaptExport(module, ["nested", "handler"]) as typeof module;
    expect(adapted.nested.handler()).toMatchObject(completed);
    expect([adapted.nested.other, adapted.more, module.nested.handler()]).toEqual([1, 2, page]);
  });
});
