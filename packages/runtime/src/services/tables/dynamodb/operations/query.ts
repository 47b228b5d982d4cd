import { validationError } from "../dynamo-error.ts";
import { pathsOf, type ResolvedCondition } from "../expressions/resolved-condition.ts";
import {
  checkExpressionParameters,
  readCondition,
  scopeOf,
  type ExpressionParameters,
} from "../requests/expression-parameters.ts";
import {
  attributesToGet,
  boolean,
  choice,
  conditionalOperator,
  conditions,
  indexName,
  item,
  names,
  returnConsumedCapacity,
  tableName,
  text,
  values,
  type Fields,
} from "../requests/field.ts";
import {
  resolveOlderConditions,
  type Conditions,
  type OlderCondition,
} from "../requests/older-conditions.ts";
import type { Place, SortRange } from "../storage/ordered-view.ts";
import type { Keys } from "../storage/table.ts";
import {
  isInRange,
  queriedRange,
  readKeyConditions,
  type KeyConditionParameters,
} from "./key-condition.ts";
import { operation, type Operation } from "./operation.ts";
import {
  checkProjected,
  checkSelect,
  indexOf,
  pageOf,
  type PageParameters,
} from "./page-of-items.ts";
import { readProjection } from "./read-parameters.ts";
import { checkedStartKey, placeOfStartKey } from "./start-key.ts";
import { checkConditionalOperator } from "./write-parameters.ts";

interface QueryInput extends PageParameters, ExpressionParameters, KeyConditionParameters {
  readonly FilterExpression?: string;
  readonly QueryFilter?: Conditions<OlderCondition>;
  readonly ConditionalOperator?: string;
  readonly ScanIndexForward?: boolean;
}

/** What queries and scans have in common. */
export const pageFields: Fields = {
  Select: choice("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
  IndexName: indexName,
  ReturnConsumedCapacity: returnConsumedCapacity,
  TableName: tableName,
  ConditionalOperator: conditionalOperator,
  AttributesToGet: attributesToGet,
  ExclusiveStartKey: item,
  ConsistentRead: boolean,
  FilterExpression: text,
  ProjectionExpression: text,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
};

export const query: Operation = operation<QueryInput>(
  {
    fields: {
      ...pageFields,
      Limit: { type: "integer" },
      QueryFilter: conditions,
      KeyConditions: conditions,
      ScanIndexForward: boolean,
      KeyConditionExpression: text,
    },
  },
  (database, input) => {
    // Unlike a scan, a query names this parameter in its own way.
    if (input.Limit !== undefined && input.Limit < 1)
      throw validationError(
        "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
      );
    checkExpressionParameters(
      input,
      ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
      [
        "AttributesToGet",
        "QueryFilter",
        "ConditionalOperator",
        // An older key condition goes with the other expressions.
        ...(input.KeyConditionExpression === undefined ? [] : ["KeyConditions"]),
      ],
    );
    checkConditionalOperator(input.ConditionalOperator, input.QueryFilter);
    const startKey = checkedStartKey(input.ExclusiveStartKey);
    checkSelect(input);
    const scope = scopeOf(input);
    const keyConditions = readKeyConditions(input, scope);
    const filter =
      readCondition("FilterExpression", input.FilterExpression, scope) ??
      resolveOlderConditions(input.QueryFilter, input.ConditionalOperator);
    const projected = readProjection(input, scope);
    scope.checkAllUsed();
    const table = database.table(input.TableName);
    const index = indexOf(table, input);
    const keys = index?.keys ?? table.keys;
    const { partition, range } = queriedRange(table, keys, keyConditions);
    const after = placeOfStartKey(table, index, startKey);
    if (after !== null) checkStart(after, partition, range);
    checkFilter(input, filter, keys);
    checkProjected(index, input.Select, projected);
    const items = (index?.view ?? table.view).query(partition, range, {
      isReverse: input.ScanIndexForward === false,
      after,
    });
    return pageOf(items, { table, index, filter, projected }, input);
  },
);

function checkStart(after: Place, partition: string, range: SortRange): void {
  const hasRange = Object.keys(range).length > 0;
  if (hasRange && !isInRange(after.sort, range))
    throw validationError("The provided starting key does not match the range key predicate");
  if (after.partition !== partition)
    throw validationError(
      hasRange
        ? "The query can return at most one row and cannot be restarted"
        : "The provided starting key is outside query boundaries based on provided conditions",
    );
}

/** The keys of what is queried belong in the key condition. */
function checkFilter(input: QueryInput, filter: ResolvedCondition | null, keys: Keys): void {
  if (filter === null) return;
  const heads = new Set([...pathsOf(filter)].map(([head]) => head));
  for (const key of [keys.partition, keys.sort])
    if (key !== null && heads.has(key))
      throw validationError(
        `${input.QueryFilter === undefined ? "Filter Expression" : "QueryFilter"} can only contain non-primary key attributes: Primary key attribute: ${key}`,
      );
}
