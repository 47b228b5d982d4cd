import { projectItem } from "../expressions/project-item.ts";
import { checkExpressionParameters, scopeOf } from "../requests/expression-parameters.ts";
import { attributeUpdates, item, required, tableName, text } from "../requests/field.ts";
import type { Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import type { ResolvedAction } from "../expressions/resolve-update.ts";
import { CapacityMeter } from "./consumed-capacity.ts";
import { itemCollectionMetrics } from "./item-collection-metrics.ts";
import { checkKey } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import {
  checkNoEmptyUpdate,
  checkUpdatedKeys,
  checkWrittenBytes,
  readUpdate,
  updatedItem,
  updatedPaths,
  type UpdateParameters,
} from "./updated-item.ts";
import {
  checkCondition,
  conditionFields,
  olderConditionFields,
  readWriteCondition,
  returnFields,
  type WriteParameters,
} from "./write-parameters.ts";

interface UpdateItemInput extends WriteParameters, UpdateParameters {
  readonly Key: Item;
}

export const updateItem: Operation = operation<UpdateItemInput>(
  {
    reportsFirstOnly: true,
    fields: {
      ...returnFields,
      TableName: tableName,
      Key: required(item),
      ...olderConditionFields,
      AttributeUpdates: attributeUpdates,
      UpdateExpression: text,
      ...conditionFields,
    },
  },
  (database, input) => {
    checkExpressionParameters(
      input,
      ["UpdateExpression", "ConditionExpression"],
      ["AttributeUpdates", "Expected"],
    );
    const key = checkedItem(input.Key);
    const scope = scopeOf(input);
    const actions = readUpdate(input, scope);
    const condition = readWriteCondition(input, scope);
    scope.checkAllUsed();
    const table = database.table(input.TableName);
    checkKey(table, key);
    checkUpdatedKeys(table, actions);
    checkNoEmptyUpdate(table, actions);
    const before = table.find(key) ?? null;
    checkCondition(condition, before, input);
    const after = updatedItem(table, key, before, actions);
    checkWrittenBytes(after, actions);
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Write");
    meter.write(table, before, after);
    database.commit([{ table, before, after }]);
    const returned = returnedItem(input.ReturnValues, before?.item, after.item, actions);
    const metrics = itemCollectionMetrics(table, key, input.ReturnItemCollectionMetrics);
    return {
      ...(returned === undefined || Object.keys(returned).length === 0
        ? {}
        : { Attributes: returned }),
      ...meter.single(),
      ...(metrics === null ? {} : { ItemCollectionMetrics: metrics }),
    };
  },
);

function returnedItem(
  mode: string | undefined,
  before: Item | undefined,
  after: Item,
  actions: readonly ResolvedAction[],
): Item | undefined {
  switch (mode) {
    case "ALL_NEW":
      return after;
    case "ALL_OLD":
      return before;
    case "UPDATED_NEW":
      return projectItem(after, updatedPaths(actions));
    case "UPDATED_OLD":
      return before === undefined ? undefined : projectItem(before, updatedPaths(actions));
    default:
      return undefined;
  }
}
