import { validationError } from "../dynamo-error.ts";
import { scopeOf } from "../requests/expression-parameters.ts";
import { readCondition } from "../requests/expression-parameters.ts";
import type { Write } from "../storage/database.ts";
import type { Table } from "../storage/table.ts";
import { attributeOf, type Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { keyText } from "./batch-get-item.ts";
import { checkItemKeys, checkKey, checkNoEmptyIndexKey, checkNoEmptyKey } from "./key-checks.ts";
import { checkItemBytes } from "./put-item.ts";
import { checkNoEmptyUpdate, checkUpdatedKeys, readUpdate, updatedItem } from "./updated-item.ts";
import { checkCondition, type ConditionParameters } from "./write-parameters.ts";

interface Target extends ConditionParameters {
  readonly TableName: string;
}
interface KeyTarget extends Target {
  readonly Key: Item;
}

/** One of these is set. */
export interface TransactItem {
  readonly Put?: Target & { readonly Item: Item };
  readonly Update?: KeyTarget & { readonly UpdateExpression: string };
  readonly Delete?: KeyTarget;
  readonly ConditionCheck?: KeyTarget;
}

/** One action of a transaction. */
export interface TransactedAction {
  readonly tableName: string;
  /** Tells apart which items are meant. */
  keyText(table: Table): string;
  /** @throws DynamoError for what AWS refuses before the transaction begins */
  checkUpFront(table: Table): void;
  /** @throws DynamoError for what cancels the transaction */
  attempt(table: Table): Write;
}

/** @throws DynamoError `ValidationException` for what needs no table to be seen */
export function readAction({
  Put,
  Update,
  Delete,
  ConditionCheck,
}: TransactItem): TransactedAction {
  const given = [Put, Update, Delete, ConditionCheck].filter((action) => action !== undefined);
  if (given.length !== 1)
    throw validationError("TransactItems can only contain one of Check, Put, Update or Delete");
  if (Put !== undefined) return putAction(Put);
  if (Update !== undefined) return updateAction(Update);
  if (Delete !== undefined) return keyAction(Delete, false);
  if (ConditionCheck !== undefined) return keyAction(ConditionCheck, true);
  throw new Error("one of them is given");
}

function putAction(target: NonNullable<TransactItem["Put"]>): TransactedAction {
  const item = checkedItem(target.Item);
  const bytes = checkItemBytes(item);
  const scope = scopeOf(target);
  const condition = readCondition("ConditionExpression", target.ConditionExpression, scope);
  scope.checkAllUsed();
  return {
    tableName: target.TableName,
    keyText: (table) => keyText(table.keyOf(item)),
    checkUpFront(table) {
      for (const name of table.keyNames)
        if (attributeOf(item, name) === undefined)
          throw validationError(
            `One or more parameter values were invalid: Missing the key ${name} in the item`,
          );
      checkNoEmptyKey(table, item);
      checkNoEmptyIndexKey(table, item);
    },
    attempt(table) {
      checkItemKeys(table, item);
      const before = table.find(item) ?? null;
      checkCondition(condition, before, target);
      return { table, before, after: table.prepare(item, bytes) };
    },
  };
}

function updateAction(target: NonNullable<TransactItem["Update"]>): TransactedAction {
  const key = checkedItem(target.Key);
  const scope = scopeOf(target);
  const actions = readUpdate(target, scope);
  const condition = readCondition("ConditionExpression", target.ConditionExpression, scope);
  scope.checkAllUsed();
  return {
    tableName: target.TableName,
    keyText: () => keyText(key),
    checkUpFront(table) {
      checkNoEmptyKey(table, key);
      checkUpdatedKeys(table, actions);
      checkNoEmptyUpdate(table, actions);
    },
    attempt(table) {
      checkKey(table, key);
      const before = table.find(key) ?? null;
      checkCondition(condition, before, target);
      return { table, before, after: updatedItem(table, key, before, actions) };
    },
  };
}

/** A delete, or a check, which leaves the item as it is. */
function keyAction(target: KeyTarget, isCheck: boolean): TransactedAction {
  const key = checkedItem(target.Key);
  const scope = scopeOf(target);
  const condition = readCondition("ConditionExpression", target.ConditionExpression, scope);
  scope.checkAllUsed();
  return {
    tableName: target.TableName,
    keyText: () => keyText(key),
    checkUpFront: (table) => checkNoEmptyKey(table, key),
    attempt(table) {
      checkKey(table, key);
      const before = table.find(key) ?? null;
      checkCondition(condition, before, target);
      return { table, before, after: isCheck ? before : null };
    },
  };
}
