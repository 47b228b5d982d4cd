import type { Field } from "./field.ts";

/** A value as AWS's services print it in their messages: `[KeySchemaElement(attributeName=pk, keyType=HASH)]`. */
export function showAsJava(given: unknown, field?: Field): string {
  if (Array.isArray(given))
    return `[${given.map((element) => showAsJava(element, field?.of)).join(", ")}]`;
  if (typeof given !== "object" || given === null) return String(given);
  const isStructure = field?.type === "structure";
  const members = Object.entries(given).map(
    ([name, value]) =>
      `${isStructure ? name.charAt(0).toLowerCase() + name.slice(1) : name}=${showAsJava(value, field?.fields?.[name] ?? field?.of)}`,
  );
  return isStructure ? `${field?.name ?? ""}(${members.join(", ")})` : `{${members.join(", ")}}`;
}
