import {
  attributeTypes,
  typeOf,
  type AttributeType,
  type AttributeValue,
} from "../values/attribute-value.ts";
import { showPath } from "./document-path.ts";
import { compareScalars } from "./evaluate-condition.ts";
import type { ResolvedOperand } from "./resolved-condition.ts";
import type { Condition, FunctionCall, Operand } from "./syntax-tree.ts";
import { ExpressionError } from "./tokens.ts";

/** Operands of each function. */
const functions: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

const ordered: ReadonlySet<AttributeType> = new Set(["S", "N", "B"]);

/** The conditions that AND, OR and NOT connect. */
export function* singleConditions(condition: Condition): Iterable<Condition> {
  if (condition.kind === "not") yield* singleConditions(condition.condition);
  else if (condition.kind === "and" || condition.kind === "or") {
    yield* singleConditions(condition.left);
    yield* singleConditions(condition.right);
  } else yield condition;
}

/** The operands that a single condition has itself, without those inside functions. */
export function operandsOf(condition: Condition): readonly Operand[] {
  switch (condition.kind) {
    case "compare":
      return [condition.left, condition.right];
    case "between":
      return [condition.operand, condition.low, condition.high];
    case "in":
      return [condition.operand, ...condition.list];
    case "call":
      return condition.operands;
    default:
      return [];
  }
}

export function* nestedOperands(operands: readonly Operand[]): Iterable<Operand> {
  for (const operand of operands) {
    yield operand;
    if (operand.kind === "call") yield* nestedOperands(operand.operands);
  }
}

/** @throws ExpressionError for a function that is not known in a condition */
export function checkFunctionNames(condition: Condition): void {
  for (const call of callsIn(condition))
    if (!Object.hasOwn(functions, call.name))
      throw new ExpressionError(`Invalid function name; function: ${call.name}`);
}

/**
 * Only `size` gives a value, and only the others are conditions.
 * @throws ExpressionError
 */
export function checkFunctionPlaces(condition: Condition): void {
  for (const single of singleConditions(condition)) {
    const misplaced = [...nestedOperands(operandsOf(single))].find(
      (operand): operand is FunctionCall => operand.kind === "call" && operand.name !== "size",
    );
    const call = single.kind === "call" && single.name === "size" ? single : misplaced;
    if (call !== undefined)
      throw new ExpressionError(
        `The function is not allowed to be used this way in an expression; function: ${call.name}`,
      );
  }
}

function* callsIn(condition: Condition): Iterable<FunctionCall> {
  for (const single of singleConditions(condition)) {
    if (single.kind === "call") yield single;
    for (const operand of nestedOperands(operandsOf(single)))
      if (operand.kind === "call") yield operand;
  }
}

/** @throws ExpressionError */
export function checkOperandCount({ name, operands }: FunctionCall): void {
  if (functions[name] !== operands.length)
    throw new ExpressionError(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
}

/** @throws ExpressionError when both operands are the same path */
export function checkDistinct(
  operator: string,
  first: ResolvedOperand | undefined,
  second: ResolvedOperand | undefined,
): void {
  if (first?.kind !== "path" || second?.kind !== "path") return;
  const shown = showPath(first.path);
  if (shown === showPath(second.path))
    throw new ExpressionError(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${shown}`,
    );
}

/** The type an operand has whatever the item; null for a path. */
export function knownType(operand: ResolvedOperand): AttributeType | null {
  if (operand.kind === "size") return "N";
  return operand.kind === "value" ? typeOf(operand.value) : null;
}

/** @throws ExpressionError for a literal of another type */
export function checkType(
  operator: { readonly name: string; readonly isFunction: boolean },
  operand: ResolvedOperand,
  allowed: ReadonlySet<AttributeType>,
): void {
  const type = knownType(operand);
  if (type === null || allowed.has(type)) return;
  throw new ExpressionError(
    `Incorrect operand type for operator or function; ${operator.isFunction ? "operator or function" : "operator"}: ${operator.name}, operand type: ${type}`,
  );
}

/** @throws ExpressionError */
export function checkOrdered(operator: string, operand: ResolvedOperand): void {
  checkType({ name: operator, isFunction: false }, operand, ordered);
}

/** @throws ExpressionError for bounds that nothing lies between */
export function checkBounds(low: ResolvedOperand, high: ResolvedOperand): void {
  if (low.kind !== "value" || high.kind !== "value") return;
  const shown = `lower bound operand: AttributeValue: ${showValue(low.value)}, upper bound operand: AttributeValue: ${showValue(high.value)}`;
  if (typeOf(low.value) !== typeOf(high.value))
    throw new ExpressionError(
      `The BETWEEN operator requires same data type for lower and upper bounds; ${shown}`,
    );
  if ((compareScalars(low.value, high.value) ?? 0) > 0)
    throw new ExpressionError(
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${shown}`,
    );
}

/**
 * The second operand of `attribute_type`.
 * @throws ExpressionError
 */
export function namedType(operand: ResolvedOperand | undefined): AttributeType {
  const value = operand?.kind === "value" ? operand.value : undefined;
  if (value?.S === undefined)
    throw new ExpressionError(
      `Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ${
        value === undefined ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : typeOf(value)
      }`,
    );
  const type = attributeTypes.find((name) => name === value.S);
  if (type === undefined)
    throw new ExpressionError(
      `Invalid attribute type name found; type: ${value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
    );
  return type;
}

function showValue(value: AttributeValue): string {
  const type = typeOf(value);
  return `{${type}:${value.S ?? value.N ?? value.B ?? ""}}`;
}
