import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { pragmaCatalog, preferencesCatalog } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { parse as parseYaml } from "yaml";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/helpers/temporary-folder.ts";
import { manifestSchema, preferencesSchema } from "../src/schemas.ts";

const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false, strictRequired: false });
const [isManifest, isPreferences] = [manifestSchema(), preferencesSchema()].map((schema) =>
  ajv.compile(JSON.parse(JSON.stringify(schema)) as object),
);

test("the schemas have every pragma, and the ranges that the readers use", () => {
  const { properties } = JSON.parse(JSON.stringify(manifestSchema())) as {
    properties: Record<string, { properties?: Record<string, unknown> }>;
  };
  expect(Object.keys(properties)).toEqual(["$schema", ...Object.keys(pragmaCatalog)]);
  expect(properties["aws"]?.properties?.["timeout"]).toMatchObject({
    type: "integer",
    minimum: 1,
    maximum: 900,
  });
  expect(properties["static"]?.properties?.["compression"]).toMatchObject({
    enum: ["br", "gzip", true, false],
  });
  const ofPreferences = preferencesSchema() as { properties: object };
  expect(Object.keys(ofPreferences.properties)).toEqual([
    "$schema",
    ...Object.keys(preferencesCatalog),
  ]);
});

describe("a validator takes", () => {
  test.each([
    "app: x\nws: null\nhttp:\n  - get: /\n",
    "app: x\nws: true\nhttp:\n  /:\n    method: get\n",
    "app: x\naws:\n  timeout: 30\n  runtime: nodejs24.x\n  concurrency: unthrottled\ntables:\n  notes:\n    id: '*String'\n",
    "app: x\naws:\n  - timeout: 30\nws:\n  - say\nrooms:\n  chat:\n    presence: true\nstatic: true\n",
    "app: x\nplugins:\n  - my-plugin\nmy-plugin:\n  anything: 1\n",
  ])("the manifest %j", (yaml) => {
    expect({ ok: isManifest?.(parseYaml(yaml)), errors: isManifest?.errors }).toMatchObject({
      ok: true,
    });
  });

  test.each([
    "env:\n  testing:\n    NAME: ada\nsandbox:\n  ports:\n    http: 3333\n  livereload: true\n",
    "create:\n  autocreate: true\n  templates:\n    ws: templates/ws.js\nsandbox-start:\n  - npm run web\n",
    "sandbox:\n  env: staging\n  seed-data: seed.json\n",
  ])("the preferences %j", (yaml) => {
    expect({ ok: isPreferences?.(parseYaml(yaml)), errors: isPreferences?.errors }).toMatchObject({
      ok: true,
    });
  });
});

describe("a validator refuses", () => {
  test.each([
    "ws: null\n",
    "app: 1x\n",
    "app: x\naws:\n  timeout: 901\n",
    "app: x\naws:\n  timeout: soon\n",
    "app: x\nstatic:\n  compression: zip\n",
    "app: x\nrooms:\n  chat:\n    presence: maybe\n",
  ])("the manifest %j", (yaml) => {
    expect(isManifest?.(parseYaml(yaml))).toBe(false);
  });

  test.each([
    "sandbox:\n  env: live\n",
    "sandbox:\n  livereload: sometimes\n",
    "sandbox: 3333\n",
    "sandbox:\n  ports:\n    http: web\n",
    "env:\n  live:\n    NAME: ada\n",
    "- sandbox\n",
  ])("the preferences %j", (yaml) => {
    expect(isPreferences?.(parseYaml(yaml))).toBe(false);
  });
});

/** What a manifest's readers remark, except that its functions are not there. */
async function remarksOf(manifest: object): Promise<readonly string[]> {
  await using folder = await temporaryFolder({ "arc.json": JSON.stringify(manifest) });
  const { diagnostics } = await readProject(folder.path);
  return diagnostics.map(({ code }) => code).filter((code) => code !== "function-missing");
}

describe("the schema and the readers agree that", () => {
  test.each([
    { $schema: "arc.schema.json", app: "x" },
    { app: ["x"] },
    { app: "x", plugins: ["my-plugin"], "my-plugin": { anything: 1 } },
    { app: "x", http: [["get", "/"], { post: "/" }, { "/cats": { method: "put", src: "cats" } }] },
    { app: "x", http: { "/": { method: "any" } } },
    { app: "x", aws: { layer: "arn:aws:lambda:eu-west-1:123456789012:layer:a:1", tracing: true } },
    { app: "x", aws: [{ timeout: 30 }, { memory: 512 }] },
    { app: "x", ws: { say: { response: true } }, rooms: { chat: { presence: true, members: 5 } } },
    { app: "x", tables: { cats: { id: "*String", age: "**Number", stream: true } } },
    { app: "x", scheduled: { daily: { rate: "1 day" } } },
    { app: "x", static: { folder: "public", production: "a-bucket" } },
  ])("%j is right", async (manifest) => {
    expect({ ok: isManifest?.(manifest), errors: isManifest?.errors }).toMatchObject({ ok: true });
    expect(await remarksOf(manifest)).toEqual([]);
  });

  test.each([
    { app: "x", htp: [["get", "/"]] },
    { app: "x", http: [["fetch", "/"]] },
    { app: "x", http: [{ fetch: "/" }] },
    { app: "x", http: { "/": { method: "get", sorce: "a" } } },
    { app: "x", aws: { timeot: 3 } },
    { app: "x", aws: [{ timeout: 901 }] },
    { app: "x", aws: { memory: "much" } },
    { app: "x", cors: { orgins: ["*"] } },
    { app: "x", "ws-settings": { bogus: true }, ws: null },
    { app: "x", ws: { say: { respond: true } } },
    { app: "x", ws: null, rooms: { chat: { presense: true } } },
    { app: "x", queues: { jobs: { visibility: 1 } } },
    { app: "x", static: { foldr: "public" } },
    { app: "x", proxy: { test: "http://localhost" } },
    { app: "x", domain: { staging: { htp: "a.example.com" } } },
  ])("%j is wrong", async (manifest) => {
    expect(isManifest?.(manifest)).toBe(false);
    expect(await remarksOf(manifest)).not.toEqual([]);
  });
});

test("the written files are these schemas", async () => {
  for (const [name, schema] of [
    ["arc", manifestSchema()],
    ["preferences", preferencesSchema()],
  ] as const) {
    const file = new URL(`../bundle/${name}.schema.json`, import.meta.url);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
  }
});
