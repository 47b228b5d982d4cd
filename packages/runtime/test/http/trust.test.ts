import { describe, expect, test } from "vitest";
import {
  createTrust,
  isFromBrowser,
  isLocalRequest,
  type JudgedRequest,
} from "../../src/http/trust.ts";

function from(remoteAddress: string | undefined, headers: JudgedRequest["headers"]): JudgedRequest {
  return { headers, socket: { remoteAddress, localAddress: remoteAddress } };
}

const host = "localhost:3333";

describe("a request is local", () => {
  test.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])("from %s", (address) => {
    expect(isLocalRequest(from(address, { host }))).toBe(true);
  });

  test.each(["localhost:3333", "app.localhost", "127.0.0.1:3333", "[::1]:3333", "LOCALHOST"])(
    "to %s",
    (name) => {
      expect(isLocalRequest(from("127.0.0.1", { host: name }))).toBe(true);
    },
  );

  test.each(["http://localhost:5173", "http://127.0.0.1", "https://app.localhost:8080"])(
    "of a page of %s",
    (origin) => {
      expect(isLocalRequest(from("127.0.0.1", { host, origin }))).toBe(true);
    },
  );

  test.each(["same-origin", "same-site", "none"])("that a browser calls %s", (site) => {
    expect(isLocalRequest(from("127.0.0.1", { host, "sec-fetch-site": site }))).toBe(true);
  });
});

describe("a request is not local", () => {
  test.each([
    "192.168.1.20",
    "10.0.0.1",
    "::ffff:192.168.1.20",
    "fe80::1",
    "2001:db8::1",
    "128.0.0.1",
    "::ffff:127.0.0.1.example",
    "",
    undefined,
  ])("from %s", (address) => {
    expect(isLocalRequest(from(address, { host }))).toBe(false);
  });

  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.20:3333",
    "0.0.0.0:3333",
    "",
    "not a host",
    undefined,
  ])("to %s", (name) => {
    expect(isLocalRequest(from("127.0.0.1", { host: name }))).toBe(false);
  });

  test.each([
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-anything",
    "cf-connecting-ip",
    "cf-ray",
    "x-real-ip",
    "true-client-ip",
  ])("with the header %s of a proxy", (name) => {
    expect(isLocalRequest(from("127.0.0.1", { host, [name]: "127.0.0.1" }))).toBe(false);
  });

  test.each(["https://evil.example", "http://localhost.evil.example", "null", "file://", ""])(
    "of a page of %s",
    (origin) => {
      expect(isLocalRequest(from("127.0.0.1", { host, origin }))).toBe(false);
    },
  );

  test("embedded by a foreign page, which sends no Origin", () => {
    const headers = { host, "sec-fetch-site": "cross-site" };
    expect(isLocalRequest(from("127.0.0.1", headers))).toBe(false);
  });

  test("at the public URL, even when that is a name of this machine", () => {
    const trust = createTrust({
      host: "localhost",
      allowedOrigins: [],
      publicUrl: "https://localhost:8443",
    });
    expect(trust.isLocal(from("127.0.0.1", { host: "localhost:8443" }))).toBe(false);
    expect(trust.isLocal(from("127.0.0.1", { host, origin: "https://localhost:8443" }))).toBe(
      false,
    );
    expect(trust.isLocal(from("127.0.0.1", { host }))).toBe(true);
  });

  test("of a page that may open sockets", () => {
    const trust = createTrust({
      host: "localhost",
      allowedOrigins: ["https://app.example", "*"],
      publicUrl: null,
    });
    const request = from("127.0.0.1", { host, origin: "https://app.example" });
    expect(trust.mayOpenSocket(request)).toBe(true);
    expect(trust.isLocal(request)).toBe(false);
  });
});

describe("a page may open a socket", () => {
  const trust = createTrust({
    host: "0.0.0.0",
    allowedOrigins: ["http://app:3333"],
    publicUrl: "https://app.example",
  });
  const phone = (headers: JudgedRequest["headers"]): JudgedRequest => ({
    headers,
    socket: { remoteAddress: "192.168.1.77", localAddress: "192.168.1.20" },
  });

  test("at the address it was loaded from", () => {
    const own = { host: "192.168.1.20:3333", origin: "http://192.168.1.20:3333" };
    expect(trust.mayOpenSocket(phone(own))).toBe(true);
    expect(trust.isOwnPage(phone({ host: "192.168.1.20:3333" }))).toBe(true);
  });

  test("not at a name that merely resolves to that address", () => {
    const rebound = { host: "evil.example:3333", origin: "http://evil.example:3333" };
    expect(trust.mayOpenSocket(phone(rebound))).toBe(false);
    expect(trust.isOwnPage(phone({ host: "evil.example:3333" }))).toBe(false);
  });

  test("not at another address than the one that was connected to", () => {
    const other = { host: "192.168.1.99:3333", origin: "http://192.168.1.99:3333" };
    expect(trust.mayOpenSocket(phone(other))).toBe(false);
  });

  test("when its origin is allowed, or the public URL", () => {
    expect(trust.mayOpenSocket(phone({ host: "app:3333", origin: "http://app:3333" }))).toBe(true);
    expect(trust.mayOpenSocket(from("127.0.0.1", { host, origin: "https://app.example" }))).toBe(
      true,
    );
    expect(trust.mayOpenSocket(from("127.0.0.1", { host, origin: "https://other.example" }))).toBe(
      false,
    );
  });
});

test("a browser is known by Origin, or by what it says of the page", () => {
  expect(isFromBrowser(from("127.0.0.1", { host }))).toBe(false);
  expect(isFromBrowser(from("127.0.0.1", { host, origin: "http://localhost" }))).toBe(true);
  expect(isFromBrowser(from("127.0.0.1", { host, "sec-fetch-site": "none" }))).toBe(true);
});
