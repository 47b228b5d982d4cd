import { conditionFailed, validationError } from "../dynamo-error.ts";
import { meetsCondition } from "../expressions/evaluate-condition.ts";
import type { ExpressionScope } from "../expressions/expression-scope.ts";
import type { ResolvedCondition } from "../expressions/resolved-condition.ts";
import { readCondition, type ExpressionParameters } from "../requests/expression-parameters.ts";
import {
  choice,
  conditionalOperator,
  expected,
  names,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
  returnOnFailure,
  text,
  values,
  type Fields,
} from "../requests/field.ts";
import {
  resolveExpected,
  type Conditions,
  type OlderExpectation,
} from "../requests/older-conditions.ts";
import type { StoredItem } from "../storage/stored-item.ts";
import type { ReturnConsumedCapacity } from "./consumed-capacity.ts";
import type { ReturnItemCollectionMetrics } from "./item-collection-metrics.ts";

/**
 * Bytes of an item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
 */
export const mostItemBytes: number = 400 * 1024;

export interface ConditionParameters extends ExpressionParameters {
  readonly ConditionExpression?: string;
  readonly ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
}

/** Of a put, an update or a delete of one item. */
export interface WriteParameters extends ConditionParameters {
  readonly TableName: string;
  readonly Expected?: Conditions<OlderExpectation>;
  readonly ConditionalOperator?: string;
  readonly ReturnValues?: string;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
  readonly ReturnItemCollectionMetrics?: ReturnItemCollectionMetrics;
}

export const returnFields: Fields = {
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
  ReturnValues: choice("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
};

export const conditionFields: Fields = {
  ConditionExpression: text,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
  ReturnValuesOnConditionCheckFailure: returnOnFailure,
};

export const olderConditionFields: Fields = {
  Expected: expected,
  ConditionalOperator: conditionalOperator,
};

/** The condition of a write, in either form. @throws DynamoError `ValidationException` */
export function readWriteCondition(
  input: WriteParameters,
  scope: ExpressionScope,
): ResolvedCondition | null {
  checkConditionalOperator(input.ConditionalOperator, input.Expected);
  return (
    readCondition("ConditionExpression", input.ConditionExpression, scope) ??
    resolveExpected(input.Expected, input.ConditionalOperator)
  );
}

/** @throws DynamoError `ValidationException` for AND or OR with nothing to connect */
export function checkConditionalOperator(
  operator: string | undefined,
  conditions: object | undefined,
): void {
  if (operator === undefined) return;
  const count = Object.keys(conditions ?? {}).length;
  if (count === 0)
    throw validationError(
      "One or more parameter values were invalid: ConditionalOperator cannot be used without Filter or Expected",
    );
  if (count === 1)
    throw validationError(
      "One or more parameter values were invalid: ConditionalOperator can only be used when Filter or Expected has two or more elements",
    );
}

/** @throws DynamoError `ConditionalCheckFailedException` */
export function checkCondition(
  condition: ResolvedCondition | null,
  before: StoredItem | null,
  { ReturnValuesOnConditionCheckFailure: mode }: ConditionParameters,
): void {
  if (condition === null || meetsCondition(before?.item ?? {}, condition)) return;
  throw conditionFailed(mode === "ALL_OLD" ? (before?.item ?? null) : null);
}

/** A put and a delete know only the item as it was. @throws DynamoError `ValidationException` */
export function checkReturnsOld(mode: string | undefined): void {
  if (mode !== undefined && mode !== "ALL_OLD" && mode !== "NONE")
    throw validationError("ReturnValues can only be ALL_OLD or NONE");
}
