import { expect, test } from "vitest";
import { parseStackFrame } from "../../src/terminal/stack-trace.ts";

test.each([
  ["    at handler (/app/src/ws/index.js:5:13)", "handler", "/app/src/ws/index.js"],
  ["    at async handler (/app/index.js:5:13)", "handler", "/app/index.js"],
  ["at file:///app/with%20space/index.mjs:5:13", null, "/app/with space/index.mjs"],
  ["    at async file:///app/index.mjs:5:13", null, "/app/index.mjs"],
  ["    at Object.<anonymous> (/app/a b/index.js:5:13)", "Object.<anonymous>", "/app/a b/index.js"],
  ["    at new Thing (/app/index.js:5:13)", "new Thing", "/app/index.js"],
])("reads %j", (text, name, file) => {
  expect(parseStackFrame(text)).toEqual({ name, position: { file, line: 5, column: 13 } });
});

test.each([
  "TypeError: x is not a function",
  "    at node:internal/process/task_queues:95:5",
  "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
  "    at async Promise.all (index 0)",
  "    at <anonymous>:1:1",
])("passes over %j", (text) => {
  expect(parseStackFrame(text)).toBeNull();
});
