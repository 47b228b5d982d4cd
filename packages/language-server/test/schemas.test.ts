import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { pragmaCatalog, preferencesCatalog } from "@arclet/manifest";
import { parse as parseYaml } from "yaml";
import { describe, expect, test } from "vitest";
import { manifestSchema, preferencesSchema } from "../src/schemas.ts";

const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false, strictRequired: false });
const [isManifest, isPreferences] = [manifestSchema(), preferencesSchema()].map((schema) =>
  ajv.compile(JSON.parse(JSON.stringify(schema)) as object),
);

test("the schemas have every pragma, and the ranges that the readers use", () => {
  const { properties } = JSON.parse(JSON.stringify(manifestSchema())) as {
    properties: Record<string, { properties?: Record<string, unknown> }>;
  };
  expect(Object.keys(properties)).toEqual(Object.keys(pragmaCatalog));
  expect(properties["aws"]?.properties?.["timeout"]).toMatchObject({
    type: "integer",
    minimum: 1,
    maximum: 900,
  });
  expect(properties["static"]?.properties?.["compression"]).toMatchObject({
    enum: ["br", "gzip", true, false],
  });
  const ofPreferences = preferencesSchema() as { properties: object };
  expect(Object.keys(ofPreferences.properties)).toEqual(Object.keys(preferencesCatalog));
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
    "- sandbox\n",
  ])("the preferences %j", (yaml) => {
    expect(isPreferences?.(parseYaml(yaml))).toBe(false);
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
