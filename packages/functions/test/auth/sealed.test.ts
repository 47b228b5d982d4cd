import { expect, test } from "vitest";
import { seal, unseal } from "../../src/auth/sealed.ts";

const secrets = { current: "a secret of the app, long enough", previous: null };
const options = { purpose: "session", lifetimeMs: 1000, secrets, now: 5000 } as const;

test("opens what it sealed, with its times", async () => {
  const sealed = await seal({ user: { id: "ada" } }, options);
  expect(await unseal(sealed, options)).toMatchObject({
    data: { user: { id: "ada" } },
    issuedAt: 5000,
    expiresAt: 6000,
  });
});

test("seals the same data differently each time, in characters that a URL and a cookie take", async () => {
  const [one, other] = [await seal({}, options), await seal({}, options)];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^[\w-]+$/);
});

test("opens until its time is over, and not at that moment", async () => {
  const sealed = await seal(1, options);
  expect(await unseal(sealed, { ...options, now: 5999 })).not.toBeNull();
  expect(await unseal(sealed, { ...options, now: 6000 })).toBeNull();
});

test("does not open for another purpose", async () => {
  const sealed = await seal(1, options);
  expect(await unseal(sealed, { ...options, purpose: "ticket" })).toBeNull();
});

test("opens with the previous secret, and not with one before", async () => {
  const sealed = await seal(1, options);
  const next = { current: "the next secret of the app, as long", previous: secrets.current };
  expect(await unseal(sealed, { ...options, secrets: next })).not.toBeNull();
  const last = { current: "and the one after that one, as long", previous: next.current };
  expect(await unseal(sealed, { ...options, secrets: last })).toBeNull();
});

test("does not open when any bit of it differs", async () => {
  const sealed = await seal("text", options);
  const bytes = Buffer.from(sealed, "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const forged = Buffer.from(bytes);
    forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(await unseal(forged.toString("base64url"), options)).toBeNull();
  }
});

test.each(["", "x", "a.b.c", " ", "AAAA", "A".repeat(5000)])(
  "takes %j for nothing",
  async (text) => {
    expect(await unseal(text, options)).toBeNull();
  },
);

test("does not open with characters that base64url skips", async () => {
  const sealed = await seal(1, options);
  for (const other of [`${sealed}=`, `${sealed} `, `.${sealed}`, `${sealed}\n`]) {
    expect(await unseal(other, options)).toBeNull();
  }
});
