import { pragmaCatalog } from "@arclet/manifest";
import { expect, test } from "vitest";
import { manifestSchema } from "../src/manifest-schema.ts";

test("the schema has every pragma, and the ranges that the readers use", () => {
  const schema = JSON.parse(JSON.stringify(manifestSchema())) as {
    properties: Record<string, { properties?: Record<string, unknown> }>;
  };
  expect(Object.keys(schema.properties)).toEqual(Object.keys(pragmaCatalog));
  expect(schema.properties["aws"]?.properties?.["timeout"]).toMatchObject({
    type: "integer",
    minimum: 1,
    maximum: 900,
  });
  expect(schema.properties["static"]?.properties?.["compression"]).toMatchObject({
    enum: ["br", "gzip", true, false],
  });
});
