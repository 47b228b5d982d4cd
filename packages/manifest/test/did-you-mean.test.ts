import { expect, test } from "vitest";
import { didYouMean } from "../src/did-you-mean.ts";

const names = ["init", "dev", "check", "fmt", "build"];

test.each([
  ["biuld", "build"],
  ["chekc", "check"],
  ["de", "dev"],
  ["INIT", "init"],
])("%s is taken for %s", (word, meant) => {
  expect(didYouMean(word, names)).toBe(meant);
});

test("nothing near is no suggestion", () => {
  expect(didYouMean("kubernetes", names)).toBeNull();
});
