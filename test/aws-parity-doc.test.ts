import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const docs = join(import.meta.dirname, "../docs");
const lines = readFileSync(join(docs, "aws-parity.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| (?!-|Behaviour on AWS)/.test(line));

test("has a table of behaviours", () => {
  expect(lines.length).toBeGreaterThan(40);
});

test.each(lines)("%s", (line) => {
  const named = /\[[^\]]+\]\(([^)]+)\): "([^"]+)" *\|$/.exec(line);
  expect(named, "the last cell is a link to a file of tests and a test's name").not.toBeNull();
  const [, path = "", name = ""] = named ?? [];
  const source = readFileSync(join(docs, path), "utf8");
  const quotes = ['"', "'", "`"];
  expect(
    quotes.some((quote) => source.includes(`${quote}${name}${quote}`)),
    `${dirname(path)} has no test "${name}"`,
  ).toBe(true);
});
