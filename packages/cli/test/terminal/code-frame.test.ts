import { expect, test } from "vitest";
import { codeFrame } from "../../src/terminal/code-frame.ts";
import { createStyle } from "../../src/terminal/style.ts";

const plain = createStyle(false);
const source = "one\ntwo\n  three()\nfour\nfive";

test("marks the place between the lines around it", () => {
  expect(codeFrame(source, { line: 3, column: 3 }, plain)).toEqual([
    "  1 │ one",
    "  2 │ two",
    "> 3 │   three()",
    "    │   ^",
    "  4 │ four",
  ]);
});

test("keeps tabs before the place, so that the caret stands under it", () => {
  expect(codeFrame("\t\tfail()", { line: 1, column: 3 }, plain)).toEqual([
    "> 1 │ \t\tfail()",
    "    │ \t\t^",
  ]);
});

test("is empty for a line the file no longer has", () => {
  expect(codeFrame(source, { line: 9, column: 1 }, plain)).toEqual([]);
});

test("cuts lines nobody can read", () => {
  const [line = ""] = codeFrame("x".repeat(100_000), { line: 1, column: 50_000 }, plain);
  expect(line.length).toBeLessThan(200);
});
