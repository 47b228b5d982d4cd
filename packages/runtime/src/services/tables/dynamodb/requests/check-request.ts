import { serializationError, validationError } from "../dynamo-error.ts";
import type { AttributeValue } from "../values/attribute-value.ts";
import type { Field, Fields, RequestShape } from "./field.ts";
import { showAsJava } from "./show-as-java.ts";

type Values = Readonly<Record<string, unknown>>;

/** AWS stops looking after ten. */
const mostErrors = 10;

/**
 * Checks the types and constraints of a request. Parameters that are not known are left out, and those
 * that are null are as good as absent.
 * @throws DynamoError `SerializationException`, or `ValidationException` with all broken constraints
 */
export function checkRequest(input: Values, shape: RequestShape): Values {
  const read = readFields(input, shape.fields);
  // An empty name of a table is reported alone.
  if (read["TableName"] === "" && shape.fields["TableName"]?.shortest === 1)
    throw constraintErrors([
      "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ]);
  const errors: string[] = [];
  for (const [name, field] of Object.entries(shape.fields))
    collectErrors(field, read[name], lowerFirst(name), errors);
  if (errors.length > 0)
    throw constraintErrors(errors.slice(0, shape.reportsFirstOnly === true ? 1 : mostErrors));
  return read;
}

function constraintErrors(errors: readonly string[]): Error {
  return validationError(
    `${errors.length} validation error${errors.length === 1 ? "" : "s"} detected: ${errors.join("; ")}`,
  );
}

function collectErrors(field: Field, given: unknown, path: string, errors: string[]): void {
  const fail = (constraint: string): void => {
    const shown = given === undefined ? "null" : `'${showAsJava(given, field)}'`;
    errors.push(`Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
  };
  if (given === undefined) {
    if (field.isRequired === true) fail("Member must not be null");
    return;
  }
  for (const constraint of brokenConstraints(field, given)) fail(constraint);
  if (field.of !== undefined) {
    const { of } = field;
    if (Array.isArray(given))
      for (const [index, element] of given.entries())
        collectErrors(of, element, `${path}.${index + 1}.member`, errors);
    else
      for (const [key, element] of Object.entries(given as Values))
        collectErrors(of, element, `${path}.${key}.member`, errors);
  }
  for (const [name, inner] of Object.entries(field.fields ?? {}))
    collectErrors(inner, (given as Values)[name], `${path}.${lowerFirst(name)}`, errors);
}

function* brokenConstraints(field: Field, given: unknown): Iterable<string> {
  const { shortest, longest, pattern, values, least, most, lengths } = field;
  if (shortest !== undefined && lengthOf(given) < shortest)
    yield `Member must have length greater than or equal to ${shortest}`;
  if (longest !== undefined && lengthOf(given) > longest)
    yield `Member must have length less than or equal to ${longest}`;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(String(given)))
    yield `Member must satisfy regular expression pattern: ${pattern}`;
  if (values !== undefined && !values.includes(String(given)))
    yield `Member must satisfy enum value set: [${values.join(", ")}]`;
  if (least !== undefined && Number(given) < least)
    yield `Member must have value greater than or equal to ${least}`;
  if (most !== undefined && Number(given) > most)
    yield `Member must have value less than or equal to ${most}`;
  if (lengths === undefined) return;
  for (const inner of Object.values(given as Values))
    if (lengthOf(inner) < lengths.shortest || lengthOf(inner) > lengths.longest) {
      yield `Map value must satisfy constraint: [Member must have length less than or equal to ${lengths.longest}, Member must have length greater than or equal to ${lengths.shortest}]`;
      return;
    }
}

function lengthOf(given: unknown): number {
  if (typeof given === "string" || Array.isArray(given)) return given.length;
  return typeof given === "object" && given !== null ? Object.keys(given).length : 0;
}

function readFields(given: Values, fields: Fields): Values {
  const read: [string, unknown][] = [];
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name];
    if (value !== undefined && value !== null) read.push([name, readField(value, field)]);
  }
  return Object.fromEntries(read);
}

// oxlint-disable-next-line typescript/consistent-return
function readField(given: unknown, field: Field): unknown {
  switch (field.type) {
    case "string":
      if (typeof given === "string") return given;
      throw wrongScalar(given, "String");
    case "boolean":
      if (typeof given === "boolean") return given;
      throw wrongScalar(given, "Boolean");
    case "integer":
      if (typeof given === "number") return Math.trunc(given);
      throw wrongScalar(given, "Integer");
    case "value":
      return readValue(given);
    case "item":
      return readItem(given);
    case "list":
      if (!Array.isArray(given)) throw wrongCollection(given);
      return given.map((element) =>
        field.of === undefined ? element : readField(element ?? {}, field.of),
      );
    case "map":
      return readMap(given, (value) =>
        field.of === undefined ? value : readField(value, field.of),
      );
    case "structure":
      return readFields(objectOf(given) as Values, field.fields ?? {});
  }
}

function readItem(given: unknown): Values {
  return readMap(given, readValue);
}

function readMap(given: unknown, read: (value: unknown) => unknown): Values {
  return Object.fromEntries(
    Object.entries(objectOf(given)).map(([key, value]) => [key, read(value)]),
  );
}

/** An attribute's value of the right shape; `checkedValue` judges what is in it. */
function readValue(given: unknown): AttributeValue {
  const entries = Object.entries(objectOf(given)).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.flatMap(([type, value]): [string, unknown][] => {
      switch (type) {
        case "S":
        case "N":
          return [[type, readField(value, { type: "string" })]];
        case "B":
          return [[type, readBytes(value)]];
        case "BOOL":
        case "NULL":
          return [[type, readField(value, { type: "boolean" })]];
        case "SS":
        case "NS":
          return [[type, readField(value, { type: "list", of: { type: "string" } })]];
        case "BS":
          if (!Array.isArray(value)) throw wrongCollection(value);
          return [[type, value.map(readBytes)]];
        case "L":
          return [[type, readField(value, { type: "list", of: { type: "value" } })]];
        case "M":
          return [[type, readItem(value)]];
        default:
          return [];
      }
    }),
  );
}

function readBytes(given: unknown): string {
  if (typeof given !== "string")
    throw serializationError("only base-64-encoded strings are convertible to bytes");
  if (given.length % 4 !== 0)
    throw serializationError(
      `Base64 encoded length is expected a multiple of 4 bytes but found: ${given.length}`,
    );
  if (Buffer.from(given, "base64").toString("base64") !== given)
    throw serializationError("Invalid last non-pad Base64 character dectected");
  return given;
}

function objectOf(given: unknown): object {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given;
  throw serializationError(
    Array.isArray(given) ? "Unrecognized collection type" : "Unexpected field type",
  );
}

function wrongScalar(given: unknown, type: string): Error {
  if (Array.isArray(given))
    return serializationError(`Unrecognized collection type class java.lang.${type}`);
  switch (typeof given) {
    case "string":
      return serializationError(`STRING_VALUE cannot be converted to ${type}`);
    case "number":
      return serializationError(
        `${Number.isInteger(given) ? "NUMBER_VALUE" : "DECIMAL_VALUE"} cannot be converted to ${type}`,
      );
    case "boolean":
      return serializationError(
        `${given ? "TRUE_VALUE" : "FALSE_VALUE"} cannot be converted to ${type}`,
      );
    default:
      return serializationError("Start of structure or map found where not expected");
  }
}

function wrongCollection(given: unknown): Error {
  return serializationError(
    typeof given === "object"
      ? "Start of structure or map found where not expected"
      : "Unexpected field type",
  );
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
