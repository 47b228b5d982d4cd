import { validationError } from "../dynamo-error.ts";
import { checkExpressionParameters, scopeOf } from "../requests/expression-parameters.ts";
import { item, required, tableName } from "../requests/field.ts";
import type { Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { itemBytes } from "../values/item-size.ts";
import { CapacityMeter } from "./consumed-capacity.ts";
import { itemCollectionMetrics } from "./item-collection-metrics.ts";
import { checkItemKeys } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import {
  checkCondition,
  checkReturnsOld,
  conditionFields,
  mostItemBytes,
  olderConditionFields,
  readWriteCondition,
  returnFields,
  type WriteParameters,
} from "./write-parameters.ts";

interface PutItemInput extends WriteParameters {
  readonly Item: Item;
}

export const putItem: Operation = operation<PutItemInput>(
  {
    fields: {
      ...returnFields,
      TableName: tableName,
      Item: required(item),
      ...olderConditionFields,
      ...conditionFields,
    },
  },
  (database, input) => {
    checkExpressionParameters(input, ["ConditionExpression"], ["Expected"]);
    const putted = checkedItem(input.Item);
    checkReturnsOld(input.ReturnValues);
    const bytes = checkItemBytes(putted);
    const scope = scopeOf(input);
    const condition = readWriteCondition(input, scope);
    scope.checkAllUsed();
    const table = database.table(input.TableName);
    checkItemKeys(table, putted);
    const before = table.find(putted) ?? null;
    checkCondition(condition, before, input);
    const after = table.prepare(putted, bytes);
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Write");
    meter.write(table, before, after);
    database.commit([{ table, before, after }]);
    const metrics = itemCollectionMetrics(table, putted, input.ReturnItemCollectionMetrics);
    return {
      ...(input.ReturnValues === "ALL_OLD" && before !== null ? { Attributes: before.item } : {}),
      ...meter.single(),
      ...(metrics === null ? {} : { ItemCollectionMetrics: metrics }),
    };
  },
);

/** @throws DynamoError `ValidationException` for an item that is too large */
export function checkItemBytes(putted: Item): number {
  const bytes = itemBytes(putted);
  if (bytes > mostItemBytes)
    throw validationError("Item size has exceeded the maximum allowed size");
  return bytes;
}
