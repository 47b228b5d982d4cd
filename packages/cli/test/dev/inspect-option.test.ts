import { expect, test } from "vitest";
import { checkArguments, withOptionalValues } from "../../src/check-arguments.ts";
import { inspectAddressOf } from "../../src/dev/inspect-option.ts";

const args = {
  folder: { type: "positional" },
  inspect: { type: "string", valueHint: "[=host:port]" },
  port: { type: "string" },
} as const;

test.each([
  [undefined, null],
  ["", { host: "127.0.0.1", port: 9229 }],
  ["9230", { host: "127.0.0.1", port: 9230 }],
  ["0", { host: "127.0.0.1", port: 0 }],
  ["localhost", { host: "localhost", port: 9229 }],
  ["0.0.0.0:9300", { host: "0.0.0.0", port: 9300 }],
  ["[::1]:9300", { host: "::1", port: 9300 }],
])("--inspect=%s is %j", (flag, address) => {
  expect(inspectAddressOf(flag)).toEqual(address);
});

test.each(["host:port", "99999", "a:b:1", ":"])("--inspect=%s is refused", (flag) => {
  expect(() => inspectAddressOf(flag)).toThrow(`--inspect: "${flag}" is not an address`);
});

test("a flag whose value may be left out never takes the next word for it", () => {
  const words = ["--inspect", "my-app", "--port", "80"];
  expect(() => checkArguments(words, "dev", args)).not.toThrow();
  expect(withOptionalValues(words, args)).toEqual(["--inspect=", "my-app", "--port", "80"]);
  expect(withOptionalValues(["--inspect=1"], args)).toEqual(["--inspect=1"]);
});
