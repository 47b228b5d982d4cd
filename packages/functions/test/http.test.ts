import { describe, expect, test } from "vitest";
import { BodyError, cookie, html, json, readBody, readCookies, redirect } from "../src/index.ts";

/** As API Gateway hands a request of `fetch` on. */
async function eventOf(init: RequestInit, isBase64Encoded = false) {
  const request = new Request("http://localhost/", { method: "POST", ...init });
  const bytes = Buffer.from(await request.arrayBuffer());
  return {
    headers: Object.fromEntries(request.headers),
    body: bytes.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}

describe("the body of a request", () => {
  test.each([false, true])("is JSON's value (base64: %s)", async (isBase64) => {
    const headers = { "content-type": "application/json; charset=utf-8" };
    const event = await eventOf({ body: '{"name":"Zoë"}', headers }, isBase64);
    expect(await readBody(event)).toEqual({ name: "Zoë" });
  });

  test("is a form, with files", async () => {
    const search = await eventOf({ body: new URLSearchParams({ a: "1 & 2" }) });
    expect((await readBody(search, { as: "form" })).get("a")).toBe("1 & 2");
    const form = new FormData();
    form.append("title", "Cat");
    form.append("picture", new File([Uint8Array.of(0, 255, 10)], "cat.png", { type: "image/png" }));
    const read = await readBody(await eventOf({ body: form }, true), { as: "form" });
    expect(read.get("title")).toBe("Cat");
    const picture = read.get("picture") as File;
    expect(picture).toMatchObject({ name: "cat.png", type: "image/png" });
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(Uint8Array.of(0, 255, 10));
  });

  test("is text or bytes, or nothing", async () => {
    expect(await readBody(await eventOf({ body: "hello" }))).toBe("hello");
    const bytes = await eventOf({ body: Uint8Array.of(255, 0) }, true);
    expect(await readBody(bytes)).toEqual(Uint8Array.of(255, 0));
    expect(await readBody({ headers: {}, isBase64Encoded: false })).toBeUndefined();
    const odd = { headers: { "Content-Type": "application/x-odd" }, body: "{}" };
    expect(await readBody({ ...odd, isBase64Encoded: false }, { as: "json" })).toEqual({});
  });

  test.each([
    [{ body: "x".repeat(11) }, { limit: 10 }, 413],
    [{ body: "{", headers: { "content-type": "application/json" } }, {}, 400],
    [{ body: "{}", headers: { "content-type": "text/plain" } }, { as: "form" as const }, 415],
    [{ body: "no", headers: { "content-type": "multipart/form-data; boundary=x" } }, {}, 400],
  ])("that cannot be read is a BodyError: %j %j", async (init, options, statusCode) => {
    const error = await readBody(await eventOf(init), options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BodyError);
    expect(error).toMatchObject({ statusCode });
  });
});

describe("a response", () => {
  test("is JSON, HTML or leads elsewhere", () => {
    expect(json({ a: 1 }, { status: 201, headers: { "x-a": "b" } })).toEqual({
      statusCode: 201,
      headers: { "content-type": "application/json; charset=utf-8", "x-a": "b" },
      body: '{"a":1}',
    });
    expect(html("<p>hi")).toMatchObject({
      headers: { "content-type": "text/html; charset=utf-8" },
    });
    expect(redirect("/there", { cookies: ["a=b"] })).toEqual({
      statusCode: 303,
      headers: { location: "/there" },
      cookies: ["a=b"],
    });
  });

  test("sets cookies that a request brings back", () => {
    const written = cookie("name", "Zoë; x=1", { maxAge: 60 });
    expect(written).toBe(
      "name=Zo%C3%AB%3B%20x%3D1; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax",
    );
    const [pair = ""] = written.split("; ");
    expect(readCookies({ headers: {}, cookies: [pair, "name=second", 'q="quoted"'] })).toEqual({
      name: "Zoë; x=1",
      q: "quoted",
    });
    expect(readCookies({ headers: { Cookie: "a=1; b=%zz" } })).toEqual({ a: "1", b: "%zz" });
    expect(() => cookie("a b", "")).toThrow(TypeError);
    expect(() => cookie("a", "", { path: "/; Secure" })).toThrow(TypeError);
  });
});
