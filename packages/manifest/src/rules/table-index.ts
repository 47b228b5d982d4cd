import type { KeyAttribute, Table, TableIndex } from "../manifest.ts";

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Limits.html
const mostIndexes = 20;
const mostProjected = 100;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html */
export const mostProjectedByIndex = 20;

/** The reason why DynamoDB would refuse another index of a table, or null. */
export function indexProblem(index: TableIndex, table: Table): string | null {
  const { name, projection } = index;
  if (!/^[\w.-]{3,255}$/.test(name))
    return `"${name}" is not a valid name for an index: use 3 to 255 letters, digits, "-", "_" and "."`;
  if (table.indexes.some((other) => other.name === name))
    return `the table "${table.name}" has two indexes named "${name}": give one of them another "name"`;
  if (table.indexes.length >= mostIndexes)
    return `the table "${table.name}" can have at most ${mostIndexes} indexes`;
  const known = new Map(
    [table, ...table.indexes].flatMap(keysOf).map((key) => [key.name, key.type]),
  );
  const other = keysOf(index).find(({ name: key, type }) => (known.get(key) ?? type) !== type);
  if (other !== undefined)
    return `the key "${other.name}" has another type elsewhere in the table "${table.name}"`;
  if (typeof projection === "string") return null;
  if (projection.length === 0 || projection.length > mostProjectedByIndex)
    return `the "projection" of the index "${name}" must be all, keys, or the names of 1 to ${mostProjectedByIndex} attributes`;
  const attributes = [...table.indexes.map((one) => one.projection), projection].flatMap((one) =>
    typeof one === "string" ? [] : one,
  );
  return attributes.length > mostProjected
    ? `the indexes of "${table.name}" can project at most ${mostProjected} attributes together`
    : null;
}

function keysOf(keys: Pick<Table, "partitionKey" | "sortKey">): readonly KeyAttribute[] {
  return keys.sortKey === null ? [keys.partitionKey] : [keys.partitionKey, keys.sortKey];
}
