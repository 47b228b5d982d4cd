import type { AttributeValue, Item } from "./values/attribute-value.ts";

/** A plain object in DynamoDB's own JSON; null for what is no object. */
export function marshallItem(row: unknown): Item | null {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return null;
  return marshallEntries(row);
}

function marshallEntries(row: object): Item {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, marshall(value)]),
  );
}

function marshall(value: unknown): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number" || typeof value === "bigint") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString("base64") };
  if (value instanceof Date) return { S: value.toISOString() };
  if (value instanceof Set) return marshallSet([...value]);
  if (Array.isArray(value)) return { L: value.map(marshall) };
  if (typeof value === "object" && value !== null) return { M: marshallEntries(value) };
  return { NULL: true };
}

function marshallSet(values: readonly unknown[]): AttributeValue {
  if (values.every((value) => typeof value === "number" || typeof value === "bigint"))
    return { NS: values.map(String) };
  if (values.every((value) => value instanceof Uint8Array))
    return { BS: values.map((value) => Buffer.from(value).toString("base64")) };
  return { SS: values.map(String) };
}
