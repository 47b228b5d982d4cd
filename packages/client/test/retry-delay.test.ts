import { expect, test } from "vitest";
import { delayMs } from "../src/retry-delay.ts";

test("grows with each attempt up to half a minute", () => {
  const longest = [1, 2, 3, 7, 20].map((attempt) => delayMs(attempt, 1006, () => 1));
  expect(longest).toEqual([1000, 2000, 4000, 30_000, 30_000]);
});

test("is any part of that time", () => {
  expect(delayMs(3, 1006, () => 0)).toBe(0);
  expect(delayMs(3, 1006, () => 0.5)).toBe(2000);
});

test.each([1012, 1013])("is longer after %i, which asks for patience", (code) => {
  expect(delayMs(1, code, () => 1)).toBe(10_000);
});
