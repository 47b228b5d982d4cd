import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { namesOfTests, testFiles, withTestNames } from "../scripts/test-names.mjs";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/aws-parity.md"), "utf8");
const [, differences = "", same = ""] =
  /\n## Differences\n([\s\S]*)\n## What is the same\n([\s\S]*)/.exec(page) ?? [];
const items = differences.split("\n").filter((line) => line.startsWith("- "));

describe("a difference from AWS", () => {
  test("is one of a list", () => {
    expect(items.length).toBeGreaterThan(20);
  });

  test.each(items.filter((item) => item.includes(".ts)")))("%s", (item) => {
    const named = /\[[^\]]+\]\(([^)]+\.ts)\): "([^"]+)"$/.exec(item);
    expect(named, "ends with a link to a file of tests and a test's name").not.toBeNull();
    const [, path = "", name = ""] = named ?? [];
    const source = readFileSync(join(root, "docs", path), "utf8");
    const quotes = ['"', "'", "`"];
    expect(
      quotes.some((quote) => source.includes(`${quote}${name}${quote}`)),
      `${dirname(path)} has no test "${name}"`,
    ).toBe(true);
  });
});

describe("what is the same", () => {
  const places = [...same.matchAll(/^<!-- tests: (.+) -->$/gm)].flatMap(([, list = ""]) =>
    list.split(" "),
  );

  test.each(places)("%s has tests", (place) => {
    expect(testFiles(place).length).toBeGreaterThan(0);
  });

  test("has the names of all these tests", () => {
    const names = withTestNames(same)
      .split("\n")
      .filter((line) => line.startsWith("- "));
    expect(names.length).toBeGreaterThan(400);
    expect(names).toContain("- the answer of &#36;connect: %i opens the socket");
  });
});

test("names of tests are read with those of their groups", () => {
  const source = `
    describe("a socket", () => {
      test("opens", () => {});
      test.each([1, 2])("takes %i", () => {});
      describe.skipIf(isWindows)("that is closed", () => { it(\`says \${why}\`, () => {}); });
    });
    test.each\`a|b\`("last", () => {});
    other("is not one");`;
  expect(namesOfTests("a.test.ts", source)).toEqual([
    "a socket: opens",
    "a socket: takes %i",
    "a socket: that is closed: says …",
    "last",
  ]);
});
