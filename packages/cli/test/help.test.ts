import { expect, test } from "vitest";
import { renderOverview } from "../src/help.ts";
import { createStyle } from "../src/terminal/style.ts";

const style = createStyle(false);
const commands = [
  { name: "dev", description: "Run the app locally, and reload it on every save" },
  { name: "destroy", description: "Remove a deployed app from AWS" },
];

test("descriptions wrap between words, below where they begin", () => {
  const lines = renderOverview("1.2.3", commands, { style, columns: 44 }).split("\n");
  expect(lines.slice(4, 9)).toEqual([
    "Commands",
    "  dev      Run the app locally, and reload",
    "           it on every save",
    "  destroy  Remove a deployed app from AWS",
    "",
  ]);
});

test.each([
  ["without a terminal", null],
  ["in a window too narrow for a second column", 30],
])("descriptions stay on their lines %s", (_, columns) => {
  const text = renderOverview("1.2.3", commands, { style, columns });
  expect(text).toContain("\n  dev      Run the app locally, and reload it on every save\n");
});
