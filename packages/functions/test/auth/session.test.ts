import { createCipheriv, randomBytes } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { session } from "../../src/auth/session.ts";
import { ticket } from "../../src/auth/ticket.ts";
import { setEnvironment } from "../aws-server.ts";

const secret = "a secret of the app, long enough";

beforeEach(() => setEnvironment({ ARC_APP_SECRET: secret }));

const pairOf = (setCookie: string): string => setCookie.split(";")[0] ?? "";

test("keeps data in a cookie that scripts and other sites cannot use", async () => {
  const setCookie = await session.write({ user: { id: "ada" }, theme: "dark" });
  expect(setCookie.split("; ").slice(1)).toEqual([
    "Max-Age=2592000",
    "Path=/",
    "HttpOnly",
    "Secure",
    "SameSite=Lax",
  ]);
  expect(setCookie).not.toContain("ada");
  const expected = { user: { id: "ada" }, theme: "dark" };
  expect(await session.read({ cookies: ["a=1", pairOf(setCookie)] })).toEqual(expected);
  const headers = { Cookie: `a=1; ${pairOf(setCookie)}; b=2` };
  expect(await session.read({ headers })).toEqual(expected);
});

test("is empty without a cookie, with a forged one, and after it was ended", async () => {
  expect(await session.read({})).toEqual({});
  expect(await session.read({ cookies: ["arclet_session=AQxxxx"] })).toEqual({});
  const ended = await session.write({});
  expect(ended).toContain("arclet_session=; Max-Age=0;");
  expect(await session.read({ cookies: [pairOf(ended)] })).toEqual({});
});

test("reaches the hosts below a domain where the app has one, for the time it says", async () => {
  setEnvironment({
    ARC_APP_SECRET: secret,
    ARC_SESSION_DOMAIN: "example.com",
    ARC_SESSION_TTL: "60",
  });
  expect(await session.write({ a: 1 })).toContain("; Max-Age=60; Path=/; Domain=example.com;");
  setEnvironment({ ARC_APP_SECRET: secret, ARC_SESSION_TTL: "soon" });
  await expect(session.write({ a: 1 })).rejects.toThrow('not "soon"');
});

test("refuses a cookie that browsers would not keep", async () => {
  await expect(session.write({ text: "x".repeat(4000) })).rejects.toThrow("4096 bytes");
});

test.each([
  [{ name: "Ada" }, 'must have an "id"'],
  [{ id: "" }, 'must have an "id"'],
  [{ id: 7 }, 'must have an "id"'],
  [{ id: "ada", roles: ["admin"] }, '"roles" must be'],
  [{ id: "ada", age: Number.NaN }, '"age" must be'],
  [{ id: "ada", left: null }, '"left" must be'],
  [{ id: "ada", principalId: "x" }, "the platform uses that name"],
  [{ id: "ada", text: "é".repeat(600) }, "at most 1024 bytes"],
  [["ada"], "must be an object"],
  ["ada", "must be an object"],
])("does not take %j for an identity", async (given, problem) => {
  await expect(session.write({ user: given })).rejects.toThrow(problem);
  await expect(ticket.issue(given as never)).rejects.toThrow(problem);
});

test.each([
  ["", "is not set"],
  ["short", "too short"],
])("does not work with the secret %j", async (value, problem) => {
  setEnvironment({ ARC_APP_SECRET: value });
  await expect(session.write({})).rejects.toThrow(problem);
  await expect(ticket.issue({ id: "ada" })).rejects.toThrow(problem);
});

test.each([
  ["A256GCM", 32],
  ["A192GCM", 24],
  ["A128GCM", 16],
] as const)("reads a session that Architect wrote with %s", async (enc, bytes) => {
  const now = Math.floor(Date.now() / 1000);
  const written = (key: string, iat: number): { cookies: string[] } => ({
    cookies: [`_idx=${jwe({ account: 7, iat }, enc, Buffer.from(key.slice(0, bytes)))}`],
  });
  expect(await session.read(written(secret, now))).toEqual({ account: 7 });
  expect(await session.read(written("another secret that is as long..", now))).toEqual({});
  const week = 7 * 24 * 60 * 60;
  expect(await session.read(written(secret, now - week))).toEqual({});
});

/** A compact JWE with direct encryption, as Architect's library makes it. */
function jwe(payload: object, enc: string, key: Buffer): string {
  const header = Buffer.from(JSON.stringify({ alg: "dir", enc })).toString("base64url");
  const iv = randomBytes(12);
  const cipher = createCipheriv(`aes-${key.length * 8}-gcm` as "aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(header));
  const text = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()]);
  const parts = [iv, text, cipher.getAuthTag()].map((part) => part.toString("base64url"));
  return `${header}..${parts.join(".")}`;
}
