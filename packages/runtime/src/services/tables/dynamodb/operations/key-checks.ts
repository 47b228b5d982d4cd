import { validationError } from "../dynamo-error.ts";
import type { Index, Table } from "../storage/table.ts";
import {
  attributeOf,
  typeOf,
  type AttributeValue,
  type Item,
  type KeyType,
} from "../values/attribute-value.ts";
import { valueBytes } from "../values/item-size.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys */
const partitionKeyBytes = 2048;
const sortKeyBytes = 1024;

const mismatch = "The provided key element does not match the schema";

/**
 * The key of a read, an update or a delete: exactly the table's key attributes.
 * @throws DynamoError `ValidationException`
 */
export function checkKey(table: Table, key: Item): void {
  if (Object.keys(key).length !== table.keyNames.length) throw validationError(mismatch);
  for (const name of table.keyNames) {
    const value = attributeOf(key, name);
    if (value?.[table.typeOfKey(name)] === undefined) throw validationError(mismatch);
  }
  checkNoEmptyKey(table, key);
  checkKeyBytes(table, key);
}

/**
 * The keys of an item that is put: those of the table are there, those of indexes may be.
 * @throws DynamoError `ValidationException`
 */
export function checkItemKeys(table: Table, item: Item): void {
  for (const name of table.keyNames) {
    const type = table.typeOfKey(name);
    const value = attributeOf(item, name);
    if (value === undefined) throw invalid(`Missing the key ${name} in the item`);
    if (value[type] === undefined)
      throw invalid(`Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`);
  }
  checkNoEmptyKey(table, item);
  checkKeyBytes(table, item);
  checkIndexKeyTypes(table, item);
  checkNoEmptyIndexKey(table, item);
}

/** @throws DynamoError `ValidationException`, whatever else is wrong */
export function checkNoEmptyKey(table: Table, item: Item): void {
  for (const name of table.keyNames) {
    const empty = emptyKind(attributeOf(item, name), table.typeOfKey(name));
    if (empty !== null)
      throw validationError(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${empty} value. Key: ${name}`,
      );
  }
}

/** @throws DynamoError `ValidationException` */
export function checkNoEmptyIndexKey(table: Table, item: Item): void {
  for (const { name, index } of indexKeys(table)) {
    const empty = emptyKind(attributeOf(item, name), table.typeOfKey(name));
    if (empty !== null)
      throw validationError(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${empty} value. IndexName: ${index.definition.name}, IndexKey: ${name}`,
      );
  }
}

/** @throws DynamoError `ValidationException` */
export function checkIndexKeyTypes(table: Table, item: Item): void {
  for (const { name, index } of indexKeys(table)) {
    const type = table.typeOfKey(name);
    const value = attributeOf(item, name);
    if (value !== undefined && value[type] === undefined)
      throw invalid(
        `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.definition.name}`,
      );
    if (value !== undefined) checkBytes(value, index.keys.partition === name);
  }
}

/** Key attributes of indexes, each with the first index, by name, that it is in. */
export function indexKeys(
  table: Table,
): readonly { readonly name: string; readonly index: Index }[] {
  const found = new Map<string, Index>();
  const indexes = [...table.indexes.values()].toSorted((a, b) =>
    a.definition.name < b.definition.name ? -1 : 1,
  );
  for (const index of indexes)
    for (const { AttributeName: name } of index.definition.keySchema)
      if (!found.has(name) && !table.keyNames.includes(name)) found.set(name, index);
  return [...found].map(([name, index]) => ({ name, index }));
}

/** `string` or `binary` for an empty value of the key's type. */
export function emptyKind(
  value: AttributeValue | undefined,
  type: KeyType,
): "string" | "binary" | null {
  if (type === "S" && value?.S === "") return "string";
  return type === "B" && value?.B === "" ? "binary" : null;
}

function checkKeyBytes(table: Table, key: Item): void {
  for (const name of table.keyNames) {
    const value = attributeOf(key, name);
    if (value !== undefined) checkBytes(value, name === table.keys.partition);
  }
}

function checkBytes(value: AttributeValue, isPartition: boolean): void {
  const bytes = valueBytes(value);
  if (isPartition && bytes > partitionKeyBytes)
    throw invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes");
  if (!isPartition && bytes > sortKeyBytes)
    throw invalid("Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
}

function invalid(reason: string): Error {
  return validationError(`One or more parameter values were invalid: ${reason}`);
}
