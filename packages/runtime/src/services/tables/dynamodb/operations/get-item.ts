import {
  checkExpressionParameters,
  scopeOf,
  type ExpressionParameters,
} from "../requests/expression-parameters.ts";
import {
  attributesToGet,
  boolean,
  item,
  names,
  required,
  returnConsumedCapacity,
  tableName,
  text,
} from "../requests/field.ts";
import type { Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { CapacityMeter, type ReturnConsumedCapacity } from "./consumed-capacity.ts";
import { checkKey } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import { projectedBy, readProjection, type ProjectionParameters } from "./read-parameters.ts";

interface GetItemInput extends ExpressionParameters, ProjectionParameters {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
}

export const getItem: Operation = operation<GetItemInput>(
  {
    fields: {
      ReturnConsumedCapacity: returnConsumedCapacity,
      AttributesToGet: attributesToGet,
      TableName: tableName,
      Key: required(item),
      ConsistentRead: boolean,
      ProjectionExpression: text,
      ExpressionAttributeNames: names,
    },
  },
  (database, input) => {
    checkExpressionParameters(input, ["ProjectionExpression"], ["AttributesToGet"]);
    const key = checkedItem(input.Key);
    const scope = scopeOf(input);
    const projected = readProjection(input, scope);
    scope.checkAllUsed();
    const table = database.table(input.TableName);
    checkKey(table, key);
    const stored = table.find(key);
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Read");
    meter.read(table, stored?.bytes ?? 0, input.ConsistentRead === true);
    return {
      ...(stored === undefined ? {} : { Item: projectedBy(stored.item, projected) }),
      ...meter.single(),
    };
  },
);
