import { validationError } from "../dynamo-error.ts";
import type { ExpressionScope } from "../expressions/expression-scope.ts";
import { resolveCondition } from "../expressions/resolve-condition.ts";
import type { ResolvedCondition, ResolvedOperand } from "../expressions/resolved-condition.ts";
import { readExpression } from "../requests/expression-parameters.ts";
import {
  checkedConditions,
  type Conditions,
  type OlderCondition,
} from "../requests/older-conditions.ts";
import type { SortRange } from "../storage/ordered-view.ts";
import type { Keys, Table } from "../storage/table.ts";
import type { AttributeValue } from "../values/attribute-value.ts";
import { keyOrder } from "../values/key-order.ts";

/** By attribute, in the older form, which both are brought into. */
export type KeyConditions = Conditions<OlderCondition>;

export interface KeyConditionParameters {
  readonly KeyConditionExpression?: string;
  readonly KeyConditions?: KeyConditions;
}

/** @throws DynamoError `ValidationException` */
export function readKeyConditions(
  input: KeyConditionParameters,
  scope: ExpressionScope,
): KeyConditions {
  const { KeyConditionExpression: expression, KeyConditions: older } = input;
  if (expression === undefined && older === undefined)
    throw validationError(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  if (expression === undefined) return counted(checkedConditions(older ?? {}));
  const condition = readExpression("KeyConditionExpression", expression, (text) =>
    resolveCondition(text, scope, { allowsRedundantParentheses: true }),
  );
  return counted(checkedConditions(fromExpression(condition)));
}

function counted(conditions: KeyConditions): KeyConditions {
  const count = Object.keys(conditions).length;
  if (count !== 1 && count !== 2) throw validationError("Conditions can be of length 1 or 2 only");
  return conditions;
}

function fromExpression(condition: ResolvedCondition): KeyConditions {
  const found = new Map<string, OlderCondition>();
  collect(condition, found);
  return Object.fromEntries(found);
}

const operators = { "=": "EQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE" } as const;
/** With the value on the left. */
const turned = { "=": "EQ", "<": "GT", "<=": "GE", ">": "LT", ">=": "LE" } as const;

function collect(condition: ResolvedCondition, found: Map<string, OlderCondition>): void {
  switch (condition.kind) {
    case "and":
      collect(condition.left, found);
      collect(condition.right, found);
      return;
    case "or":
    case "not":
    case "in":
      throw invalidOperator(condition.kind.toUpperCase());
    case "exists":
      throw invalidOperator(condition.isExpected ? "attribute_exists" : "attribute_not_exists");
    case "type":
      throw invalidOperator("attribute_type");
    case "contains":
      throw invalidOperator("contains");
    case "compare": {
      const { comparator, left, right } = condition;
      if (comparator === "<>") throw invalidOperator("<>");
      const isTurned = left.kind !== "path";
      if (!isTurned && right.kind === "path")
        throw validationError(
          "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
        );
      add(found, isTurned ? right : left, isTurned ? turned[comparator] : operators[comparator], [
        isTurned ? left : right,
      ]);
      return;
    }
    case "between":
      checkFirst("BETWEEN", condition.operand);
      add(found, condition.operand, "BETWEEN", [condition.low, condition.high]);
      return;
    case "begins_with":
      checkFirst("begins_with", condition.operand);
      add(found, condition.operand, "BEGINS_WITH", [condition.part]);
  }
}

function checkFirst(operator: string, operand: ResolvedOperand): void {
  if (operand.kind === "value")
    throw validationError(
      `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
    );
}

function add(
  found: Map<string, OlderCondition>,
  operand: ResolvedOperand,
  operator: string,
  operands: readonly ResolvedOperand[],
): void {
  if ([operand, ...operands].some(({ kind }) => kind === "size"))
    throw validationError("KeyConditionExpressions cannot contain nested operations");
  if (operand.kind !== "path")
    throw validationError(
      "Invalid condition in KeyConditionExpression: No key attribute specified",
    );
  if (operands.some(({ kind }) => kind === "path"))
    throw validationError(
      "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
    );
  const [name, ...nested] = operand.path;
  if (nested.length > 0)
    throw validationError("KeyConditionExpressions cannot have conditions on nested attributes");
  if (found.has(String(name)))
    throw validationError("KeyConditionExpressions must only contain one condition per key");
  found.set(String(name), {
    ComparisonOperator: operator,
    AttributeValueList: operands.flatMap((value) => (value.kind === "value" ? [value.value] : [])),
  });
}

function invalidOperator(operator: string): Error {
  return validationError(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

const unindexable = new Set(["NULL", "NOT_NULL", "NE", "CONTAINS", "NOT_CONTAINS", "IN"]);

/**
 * What of a table or index a query reads.
 * @throws DynamoError `ValidationException` for conditions that its keys do not have
 */
export function queriedRange(
  table: Table,
  keys: Keys,
  conditions: KeyConditions,
): { readonly partition: string; readonly range: SortRange } {
  const partition = conditionOn(table, keys.partition, conditions);
  if (partition === null)
    throw validationError(`Query condition missed key schema element: ${keys.partition}`);
  if (partition.ComparisonOperator !== "EQ")
    throw validationError("Query key condition not supported");
  const isSingle = Object.keys(conditions).length === 1;
  if (keys.sort === null && !isSingle) throw validationError("Query key condition not supported");
  const sort = keys.sort === null ? null : conditionOn(table, keys.sort, conditions);
  if (sort === null && !isSingle)
    throw validationError(`Query condition missed key schema element: ${keys.sort ?? ""}`);
  const [value] = partition.AttributeValueList ?? [];
  return { partition: value === undefined ? "" : keyOrder(value), range: rangeOf(sort) };
}

function conditionOn(table: Table, name: string, conditions: KeyConditions): OlderCondition | null {
  const condition = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
  if (condition === undefined) return null;
  const { ComparisonOperator: operator, AttributeValueList: values = [] } = condition;
  if (unindexable.has(operator))
    throw validationError("Attempted conditional constraint is not an indexable operation");
  const type = table.typeOfKey(name);
  if (values.some((value) => value[type] === undefined))
    throw validationError(
      "One or more parameter values were invalid: Condition parameter type does not match schema type",
    );
  if (values.some((value) => value[type] === ""))
    throw validationError(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === "S" ? "string" : "binary"} value. Key: ${name}`,
    );
  if (operator === "BEGINS_WITH" && type === "N")
    throw validationError(
      "One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
    );
  return condition;
}

function rangeOf(condition: OlderCondition | null): SortRange {
  const [first, second] = (condition?.AttributeValueList ?? []).map((value: AttributeValue) =>
    keyOrder(value),
  );
  if (condition === null || first === undefined) return {};
  const at = (isIncluded: boolean): { sort: string; isIncluded: boolean } => ({
    sort: first,
    isIncluded,
  });
  switch (condition.ComparisonOperator) {
    case "LT":
      return { to: at(false) };
    case "LE":
      return { to: at(true) };
    case "GT":
      return { from: at(false) };
    case "GE":
      return { from: at(true) };
    case "BETWEEN":
      return { from: at(true), to: { sort: second ?? first, isIncluded: true } };
    case "BEGINS_WITH":
      return { prefix: first };
    default:
      return { from: at(true), to: at(true) };
  }
}

/** Whether a sort key lies in the range of a query. */
export function isInRange(sort: string, { from, to, prefix }: SortRange): boolean {
  if (prefix !== undefined) return sort.startsWith(prefix);
  const isBelow =
    from !== undefined && (sort < from.sort || (sort === from.sort && !from.isIncluded));
  const isAbove = to !== undefined && (sort > to.sort || (sort === to.sort && !to.isIncluded));
  return !isBelow && !isAbove;
}
