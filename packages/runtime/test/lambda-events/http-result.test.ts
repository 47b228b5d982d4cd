import { expect, test } from "vitest";
import { readHttpResult } from "../../src/lambda-events/http-result.ts";

test("cookies come in their order, before a set-cookie header of the function's own", () => {
  const payload = JSON.stringify({
    statusCode: 200,
    headers: { "Set-Cookie": "c=3", "x-mine": "1" },
    cookies: ["a=1", "b=2"],
  });
  expect(readHttpResult(payload, "http-2.0")).toHaveProperty("headers", [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["set-cookie", "c=3"],
    ["x-mine", "1"],
    ["content-type", "text/plain; charset=utf-8"],
  ]);
});
