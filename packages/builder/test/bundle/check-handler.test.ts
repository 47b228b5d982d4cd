import { buildFunction } from "@arclet/builder";
import type { Diagnostic } from "@arclet/manifest";
import { expect, test } from "vitest";
import { createProject } from "../temporary-project.ts";

/** `file:line:column severity code` of building one handler file. */
async function findings(
  file: string,
  code: string,
  { runtime = "nodejs22.x", id = "ws/default" } = {},
  files: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const project = await createProject({ [`src/${id}/${file}`]: code, ...files });
  const result = await buildFunction(project.declare(id, { runtime }), {
    root: project.root,
  });
  return result.diagnostics.map(placed);
}

function placed({ severity, code, location }: Diagnostic): string {
  const place =
    location === null ? "-" : `${location.file}:${location.line}:${location.column + 1}`;
  return `${place} ${severity} ${code}`;
}

test.each([
  ["a default export", "index.mjs", "\nexport default { handler: async () => 1 };"],
  ["a default function", "index.mjs", "\nexport default async function handler() {}"],
  ["a default export of TypeScript", "index.ts", "\nexport default { handler: async () => 1 };"],
])("%s is not what Lambda looks for", async (_what, file, code) => {
  expect(await findings(file, code)).toEqual([
    `src/ws/default/${file}:2:1 error handler-not-exported`,
  ]);
});

test("another name is not what Lambda looks for, in HTTP functions too", async () => {
  const code = "export const handle = async () => ({ statusCode: 200 });";
  for (const id of ["ws/default", "http/get-index"])
    expect(await findings("index.mjs", code, { id })).toEqual([
      `src/${id}/index.mjs:1:1 error handler-not-exported`,
    ]);
});

test.each([
  ["a constant", "export const handler = async () => 1;"],
  ["a function", "export async function handler() {}"],
  ["a list", "const handler = async () => 1;\nexport { handler };"],
  ["a list with another name", "const run = async () => 1;\nexport { run as handler };"],
  ["an export of another file", 'export { handler } from "./other.mjs";'],
  ["all of another file", 'export * from "./other.mjs";'],
  ["a destructured constant", "export const { handler } = { handler: async () => 1 };"],
])("%s is an export", async (_what, code) => {
  const other = { "src/ws/default/other.mjs": "export const handler = async () => 1;" };
  expect(await findings("index.mjs", code, {}, other)).toEqual([]);
});

test.each([
  ["a function", "export function handler(event, context, callback) { callback(null, 1); }", 25],
  ["an arrow", "export const handler = (event, context, callback) => callback(null, 1);", 25],
  ["an async arrow", "export const handler = async (a, { b, c } = {}, d) => d;", 31],
])("a callback is refused from Node.js 24 on: %s", async (_what, code, column) => {
  expect(await findings("index.mjs", code, { runtime: "nodejs24.x" })).toEqual([
    `src/ws/default/index.mjs:1:${column} error handler-callback`,
  ]);
  expect(await findings("index.mjs", code, { runtime: "nodejs22.x" })).toEqual([]);
});

test("a callback of a CommonJS handler is refused from Node.js 24 on", async () => {
  const code = "exports.handler = function (event, context, callback) { callback(null, 1); };";
  expect(await findings("index.cjs", code, { runtime: "nodejs24.x" })).toEqual([
    "src/ws/default/index.cjs:1:29 error handler-callback",
  ]);
});

test.each([
  ["two parameters", "export const handler = async (event, context) => 1;"],
  [
    "types with commas",
    "export const handler = async (event: Map<string, number>, c: unknown) => 1;",
  ],
  ["a call", "export const handler = wrap(1, 2, 3);\nfunction wrap() { return async () => 1; }"],
])("%s are not a callback", async (_what, code) => {
  expect(await findings("index.ts", code, { runtime: "nodejs24.x" })).toEqual([]);
});

const decorated =
  "@sealed\nclass A {}\nfunction sealed() {}\nexport const handler = async () => A.name;";

test("emitDecoratorMetadata is a warning where there are decorators", async () => {
  const config =
    '{\n  "compilerOptions": {\n    "experimentalDecorators": true,\n    "emitDecoratorMetadata": true\n  }\n}';
  expect(await findings("index.ts", decorated, {}, { "tsconfig.json": config })).toEqual([
    "tsconfig.json:4:5 warning decorator-metadata",
  ]);
  const plain = "export const handler = async () => 1;";
  expect(await findings("index.ts", plain, {}, { "tsconfig.json": config })).toEqual([]);
});

test("emitDecoratorMetadata is found in what a tsconfig.json extends", async () => {
  const files = {
    "tsconfig.json": '{ "extends": "./tsconfig.base.json" }',
    "tsconfig.base.json":
      '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
  };
  expect(await findings("index.ts", decorated, {}, files)).toEqual([
    "tsconfig.base.json:1:56 warning decorator-metadata",
  ]);
});

test.each([
  ["nothing", "const handler = async () => 1;", "1:1"],
  ["the function itself", "\nmodule.exports = async () => 1;", "2:1"],
  ["a class itself", "module.exports = class {};", "1:1"],
  ["other names", "exports.handle = async () => 1;", "1:1"],
])("a CommonJS module that exports %s has no handler", async (_what, code, place) => {
  expect(await findings("index.cjs", code)).toEqual([
    `src/ws/default/index.cjs:${place} error handler-not-exported`,
  ]);
});

test.each([
  ["by name", "exports.handler = async () => 1;"],
  ["in an object", "const handler = async () => 1; module.exports = { handler };"],
  ["from another module", 'module.exports = require("./other.cjs");'],
  ["on the function itself", "module.exports = () => 1; module.exports.handler = async () => 1;"],
  ["by a computed name", 'for (const name of ["hand" + "ler"]) exports[name] = async () => 1;'],
  ["by another's keys", 'Object.assign(exports, require("./other.cjs"));'],
  ["later", "exports.handler = null; exports.handler = async () => 1;"],
])("a CommonJS module may export its handler %s", async (_what, code) => {
  const other = { "src/ws/default/other.cjs": "exports.handler = async () => 1;" };
  expect(await findings("index.cjs", code, {}, other)).toEqual([]);
});

test.each([
  ["an object", "index.mjs", "export const handler = { a: 1 };", 24],
  ["a text", "index.mjs", 'export const handler = "a";', 24],
  ["a number", "index.cjs", "exports.handler = 5;", 19],
  ["a list", "index.cjs", "module.exports.handler = [];", 26],
  ["a class", "index.mjs", "export class handler {}", 8],
  ["a typed object", "index.ts", "export const handler: object = {};", 32],
])("%s is not a handler", async (_what, file, code, column) => {
  expect(await findings(file, code)).toEqual([
    `src/ws/default/${file}:1:${column} error handler-not-function`,
  ]);
});
