import { checkExpressionParameters, scopeOf } from "../requests/expression-parameters.ts";
import { item, required, tableName } from "../requests/field.ts";
import type { Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { CapacityMeter } from "./consumed-capacity.ts";
import { itemCollectionMetrics } from "./item-collection-metrics.ts";
import { checkKey } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import {
  checkCondition,
  checkReturnsOld,
  conditionFields,
  olderConditionFields,
  readWriteCondition,
  returnFields,
  type WriteParameters,
} from "./write-parameters.ts";

interface DeleteItemInput extends WriteParameters {
  readonly Key: Item;
}

export const deleteItem: Operation = operation<DeleteItemInput>(
  {
    fields: {
      ...returnFields,
      TableName: tableName,
      Key: required(item),
      ...olderConditionFields,
      ...conditionFields,
    },
  },
  (database, input) => {
    checkExpressionParameters(input, ["ConditionExpression"], ["Expected"]);
    const key = checkedItem(input.Key);
    checkReturnsOld(input.ReturnValues);
    const scope = scopeOf(input);
    const condition = readWriteCondition(input, scope);
    scope.checkAllUsed();
    const table = database.table(input.TableName);
    checkKey(table, key);
    const before = table.find(key) ?? null;
    checkCondition(condition, before, input);
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Write");
    meter.write(table, before, null);
    database.commit([{ table, before, after: null }]);
    const metrics = itemCollectionMetrics(table, key, input.ReturnItemCollectionMetrics);
    return {
      ...(input.ReturnValues === "ALL_OLD" && before !== null ? { Attributes: before.item } : {}),
      ...meter.single(),
      ...(metrics === null ? {} : { ItemCollectionMetrics: metrics }),
    };
  },
);
