import { expect, test } from "vitest";
import { networkOptions, type NetworkFlags } from "../../src/dev/network-options.ts";

const none: NetworkFlags = {
  allowOrigin: undefined,
  publicUrl: undefined,
  https: undefined,
  cert: undefined,
  key: undefined,
};

test("without flags nothing is set", async () => {
  expect(await networkOptions("/nowhere", none)).toEqual({});
});

test("origins are listed with commas", async () => {
  const allowOrigin = "http://app:3333, https://other.example";
  expect(await networkOptions("/nowhere", { ...none, allowOrigin })).toEqual({
    allowedOrigins: ["http://app:3333", "https://other.example"],
  });
});

test("a public URL loses its last slash", async () => {
  const publicUrl = "https://app.example/";
  expect(await networkOptions("/nowhere", { ...none, publicUrl })).toEqual({
    publicUrl: "https://app.example",
  });
});

test.each([
  [{ allowOrigin: "app.example" }, '--allow-origin: "app.example" is not an origin'],
  [{ allowOrigin: "https://app.example/x" }, '"https://app.example/x" is not an origin'],
  [{ publicUrl: "app.example" }, '--public-url: "app.example" is not the URL of an app'],
  [{ publicUrl: "https://app.example/x" }, "is not the URL of an app"],
  [{ cert: "./cert.pem" }, "--key is missing"],
  [{ key: "./key.pem" }, "--cert is missing"],
])("%j is refused", async (flags, message) => {
  await expect(networkOptions("/nowhere", { ...none, ...flags })).rejects.toThrow(message);
});
