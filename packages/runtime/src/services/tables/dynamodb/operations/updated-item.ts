import { validationError } from "../dynamo-error.ts";
import { applyUpdate } from "../expressions/apply-update.ts";
import type { DocumentPath } from "../expressions/document-path.ts";
import type { ExpressionScope } from "../expressions/expression-scope.ts";
import { resolveUpdate, type ResolvedAction } from "../expressions/resolve-update.ts";
import { readExpression } from "../requests/expression-parameters.ts";
import type { StoredItem } from "../storage/stored-item.ts";
import type { Table } from "../storage/table.ts";
import { attributeOf, typeOf, type AttributeValue, type Item } from "../values/attribute-value.ts";
import { checkedValue } from "../values/checked-value.ts";
import { valueBytes } from "../values/item-size.ts";
import { emptyKind, indexKeys } from "./key-checks.ts";
import { mostItemBytes } from "./write-parameters.ts";

/** Of `AttributeUpdates`. */
export interface OlderUpdate {
  readonly Action?: "PUT" | "ADD" | "DELETE";
  readonly Value?: AttributeValue;
}

export interface UpdateParameters {
  readonly UpdateExpression?: string;
  readonly AttributeUpdates?: Readonly<Record<string, OlderUpdate>>;
}

/** What an update does, in either form. @throws DynamoError `ValidationException` */
export function readUpdate(input: UpdateParameters, scope: ExpressionScope): ResolvedAction[] {
  if (input.UpdateExpression !== undefined)
    return readExpression("UpdateExpression", input.UpdateExpression, (text) =>
      resolveUpdate(text, scope),
    );
  return Object.entries(input.AttributeUpdates ?? {}).map(([name, update]) =>
    olderAction(name, update),
  );
}

function olderAction(name: string, { Action = "PUT", Value }: OlderUpdate): ResolvedAction {
  if (Value === undefined) {
    if (Action !== "DELETE")
      throw invalid("Only DELETE action is allowed when no attribute value is specified");
    return { section: "REMOVE", path: [name] };
  }
  const value = checkedValue(Value);
  const type = typeOf(value);
  if (Action === "PUT") return { section: "SET", path: [name], value: { kind: "value", value } };
  const allowed = Action === "ADD" ? ["L", "SS", "NS", "BS", "N"] : ["SS", "NS", "BS"];
  if (!allowed.includes(type))
    throw invalid(
      Action === "ADD"
        ? `ADD action is not supported for the type ${type}`
        : `DELETE action with value is not supported for the type ${type}`,
    );
  return { section: Action, path: [name], value };
}

/** @throws DynamoError `ValidationException` for an action on a key of the table */
export function checkUpdatedKeys(table: Table, actions: readonly ResolvedAction[]): void {
  for (const name of table.keyNames)
    if (actions.some(({ path }) => path[0] === name))
      throw invalid(`Cannot update attribute ${name}. This attribute is part of the key`);
}

/** @throws DynamoError `ValidationException` for an empty value of a key of an index */
export function checkNoEmptyUpdate(table: Table, actions: readonly ResolvedAction[]): void {
  for (const { name } of indexKeys(table)) {
    const value = literalFor(actions, name);
    const empty = emptyKind(value, table.typeOfKey(name));
    if (empty !== null)
      throw validationError(
        `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${empty} value.`,
      );
  }
}

/**
 * What an update makes of an item, or of none.
 * @throws DynamoError `ValidationException`
 */
export function updatedItem(
  table: Table,
  key: Item,
  before: StoredItem | null,
  actions: readonly ResolvedAction[],
): StoredItem {
  const after = table.prepare(applyUpdate(before?.item ?? key, actions));
  for (const { name, index } of indexKeys(table)) {
    const value = attributeOf(after.item, name);
    const type = table.typeOfKey(name);
    if (value === undefined || (value[type] !== undefined && value[type] !== "")) continue;
    // What was stored before the index existed may stay as it is.
    if (!actions.some(({ path }) => path[0] === name)) continue;
    if (literalFor(actions, name) !== undefined)
      throw invalid(
        `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.definition.name}`,
      );
    throw validationError(
      "The update expression attempted to update the secondary index key to unsupported type",
    );
  }
  if (after.bytes > mostItemBytes) throw tooLarge();
  return after;
}

/** Measured on DynamoDB: what an update costs beside the bytes it writes. */
const updateBytes = 3;
const actionBytes = { SET: 19, ADD: 19, REMOVE: 2, DELETE: 2 } as const;

/**
 * An update outside of a transaction may not write more than an item may hold either.
 * @throws DynamoError `ValidationException`
 */
export function checkWrittenBytes(after: StoredItem, actions: readonly ResolvedAction[]): void {
  let bytes = updateBytes;
  for (const { section } of actions) bytes += actionBytes[section];
  for (const name of new Set(actions.map(({ path }) => String(path[0])))) {
    const written = attributeOf(after.item, name);
    if (written !== undefined) bytes += Buffer.byteLength(name) + valueBytes(written);
  }
  if (bytes > mostItemBytes) throw tooLarge();
}

function tooLarge(): Error {
  return validationError("Item size to update has exceeded the maximum allowed size");
}

/** The value that a SET gives to a whole attribute. */
function literalFor(actions: readonly ResolvedAction[], name: string): AttributeValue | undefined {
  for (const action of actions)
    if (action.section === "SET" && action.path.length === 1 && action.path[0] === name)
      return action.value.kind === "value" ? action.value.value : undefined;
  return undefined;
}

export function updatedPaths(actions: readonly ResolvedAction[]): DocumentPath[] {
  return actions.map(({ path }) => path);
}

function invalid(reason: string): Error {
  return validationError(`One or more parameter values were invalid: ${reason}`);
}
