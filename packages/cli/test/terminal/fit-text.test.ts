import { expect, test } from "vitest";
import { fitText, visibleLength } from "../../src/terminal/fit-text.ts";

test("long lines go on below at a word, indented", () => {
  expect(fitText("  one two three four", 12)).toBe("  one two\n    three\n    four");
});

test("a word longer than the window is broken", () => {
  const lines = fitText("at /a/very/long/path/of/a/file", 12).split("\n");
  expect(Math.max(...lines.map(visibleLength))).toBeLessThanOrEqual(12);
});

test("lines of source are cut, so that marks stay in place", () => {
  expect(fitText("> 3 │ const names = [1, 2, 3];", 14)).toBe("> 3 │ const n…");
  expect(fitText("  > 13 │ const names = [1, 2, 3];", 14)).toBe("  > 13 │ cons…");
  expect(fitText("  │ a mark that is far to the right ^", 14)).toBe("  │ a mark th…");
});

test("colours take no columns", () => {
  const text = "\u001B[31mred\u001B[39m text";
  expect(fitText(text, 8)).toBe(text);
});

test("without a window nothing changes", () => {
  expect(fitText("x".repeat(200), null)).toBe("x".repeat(200));
});
