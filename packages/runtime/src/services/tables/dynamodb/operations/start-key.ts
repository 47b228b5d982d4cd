import { DynamoError, validationError } from "../dynamo-error.ts";
import type { Place } from "../storage/ordered-view.ts";
import { identityOfKey, type Index, type Table } from "../storage/table.ts";
import { attributeOf, type Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { keyOrder } from "../values/key-order.ts";
import { checkKey } from "./key-checks.ts";
import { startKeyNames } from "./page-of-items.ts";

const invalid = "The provided starting key is invalid";

/** @throws DynamoError `ValidationException` for a value that no key can have */
export function checkedStartKey(key: Item | undefined): Item | null {
  if (key === undefined) return null;
  try {
    return checkedItem(key);
  } catch (error) {
    if (!(error instanceof DynamoError)) throw error;
    const isAboutNumbers =
      /contains duplicates|number set|numeric value|significant digits|number with magnitude/.test(
        error.message,
      );
    throw isAboutNumbers ? error : validationError(`${invalid}: ${error.message}`);
  }
}

/**
 * Where a page goes on: behind this key.
 * @throws DynamoError `ValidationException` for what is no key of the table or index
 */
export function placeOfStartKey(table: Table, index: Index | null, key: Item | null): Place | null {
  if (key === null) return null;
  const names = startKeyNames(table, index);
  const hasAll = names.every(
    (name) => attributeOf(key, name)?.[table.typeOfKey(name)] !== undefined,
  );
  if (Object.keys(key).length !== names.length || !hasAll) throw validationError(invalid);
  const tableKey = table.keyOf(key);
  try {
    checkKey(table, tableKey);
  } catch (error) {
    if (!(error instanceof DynamoError)) throw error;
    throw validationError(`${invalid}: ${error.message}`);
  }
  const place = table.placeOfKey(tableKey);
  if (index === null) return place;
  return {
    partition: orderIn(key, index.keys.partition),
    sort: index.keys.sort === null ? "" : orderIn(key, index.keys.sort),
    identity: identityOfKey(place),
  };
}

function orderIn(key: Item, name: string): string {
  const value = attributeOf(key, name);
  return value === undefined ? "" : keyOrder(value);
}
