import { expect, test } from "vitest";
import { closestMatch } from "../src/closest-match.ts";

const names = ["init", "dev", "check", "fmt", "build"];

test.each([
  ["biuld", "build"],
  ["chekc", "check"],
  ["de", "dev"],
  ["INIT", "init"],
])("%s is taken for %s", (word, meant) => {
  expect(closestMatch(word, names)).toBe(meant);
});

test("nothing near is no suggestion", () => {
  expect(closestMatch("kubernetes", names)).toBeNull();
});
