import { expect, test } from "vitest";
import { cookieDomain } from "../src/resources/cookie-domain.ts";

test.each([
  ["www.example.com", "ws.example.com", "example.com"],
  ["example.com", "ws.example.com", "example.com"],
  ["app.eu.example.com", "ws.eu.example.com", "eu.example.com"],
  ["www.example.com", "ws.example.org", "www.example.com"],
  ["www.one.com", "ws.two.com", "www.one.com"],
  ["www.example.com", null, "www.example.com"],
])("of %s and %s is %s", (http, ws, domain) => {
  expect(cookieDomain(http, ws)).toBe(domain);
});
