import {
  DynamoError,
  transactionCancelled,
  validationError,
  type CancellationReason,
} from "../dynamo-error.ts";
import { scopeOf, type ExpressionParameters } from "../requests/expression-parameters.ts";
import {
  item,
  list,
  names,
  required,
  returnConsumedCapacity,
  structure,
  tableName,
  text,
} from "../requests/field.ts";
import type { Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { keyText } from "./batch-get-item.ts";
import { CapacityMeter, type ReturnConsumedCapacity } from "./consumed-capacity.ts";
import { checkKey, checkNoEmptyKey } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import { projectedBy, readProjection } from "./read-parameters.ts";
import { mostActions, reasonOf } from "./transact-write-items.ts";

interface Get extends ExpressionParameters {
  readonly TableName: string;
  readonly Key: Item;
  readonly ProjectionExpression?: string;
}

interface TransactGetItemsInput {
  readonly TransactItems: readonly { readonly Get: Get }[];
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
}

export const transactGetItems: Operation = operation<TransactGetItemsInput>(
  {
    fields: {
      ReturnConsumedCapacity: returnConsumedCapacity,
      TransactItems: required(
        list(
          structure("TransactGetItem", {
            Get: required(
              structure("Get", {
                Key: required(item),
                TableName: tableName,
                ProjectionExpression: text,
                ExpressionAttributeNames: names,
              }),
            ),
          }),
          { shortest: 1, longest: mostActions },
        ),
      ),
    },
  },
  (database, input) => {
    const gets = input.TransactItems.map(({ Get: get }) => {
      const scope = scopeOf(get);
      const projected = readProjection(get, scope);
      scope.checkAllUsed();
      return { name: get.TableName, key: checkedItem(get.Key), projected };
    });
    const targets = gets.map((get) => ({ ...get, table: database.table(get.name) }));
    for (const { table, key } of targets) checkNoEmptyKey(table, key);
    const texts = targets.map(({ table, key }) => `${table.name} ${keyText(key)}`);
    if (new Set(texts).size < texts.length)
      throw validationError("Transaction request cannot include multiple operations on one item");
    const reasons = targets.map(({ table, key }): CancellationReason => {
      try {
        checkKey(table, key);
        return { Code: "None" };
      } catch (error) {
        if (!(error instanceof DynamoError)) throw error;
        return reasonOf(error);
      }
    });
    if (reasons.some(({ Code }) => Code !== "None")) throw transactionCancelled(reasons);
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Read", {
      isTransaction: true,
    });
    const Responses = targets.map(({ table, key, projected }) => {
      const stored = table.find(key);
      meter.read(table, stored?.bytes ?? 0, true);
      return stored === undefined ? {} : { Item: projectedBy(stored.item, projected) };
    });
    return { Responses, ...meter.list() };
  },
);
