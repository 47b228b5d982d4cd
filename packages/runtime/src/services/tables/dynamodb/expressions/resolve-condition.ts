import {
  checkBounds,
  checkDistinct,
  checkFunctionNames,
  checkFunctionPlaces,
  checkOperandCount,
  checkOrdered,
  checkType,
  namedType,
  nestedOperands,
  operandsOf,
  singleConditions,
} from "./check-condition.ts";
import { checkReserved, type ExpressionScope } from "./expression-scope.ts";
import { parseCondition } from "./parse-condition.ts";
import type { ResolvedCondition, ResolvedOperand } from "./resolved-condition.ts";
import type { Condition, FunctionCall, Operand } from "./syntax-tree.ts";
import { ExpressionError } from "./tokens.ts";

const textual = new Set(["S", "B"] as const);
const sized = new Set(["S", "B", "SS", "NS", "BS", "L", "M"] as const);

/**
 * A condition or filter, checked in the order in which DynamoDB reports mistakes.
 * @throws ExpressionError
 */
export function resolveCondition(
  text: string,
  scope: ExpressionScope,
  options: { readonly allowsRedundantParentheses?: boolean } = {},
): ResolvedCondition {
  const { condition, hasRedundantParentheses } = parseCondition(text);
  if (hasRedundantParentheses && options.allowsRedundantParentheses !== true)
    throw new ExpressionError("The expression has redundant parentheses;");
  checkFunctionNames(condition);
  checkFunctionPlaces(condition);
  for (const single of singleConditions(condition))
    checkReserved(nestedOperands(operandsOf(single)));
  return resolve(condition, scope);
}

// oxlint-disable-next-line typescript/consistent-return
function resolve(condition: Condition, scope: ExpressionScope): ResolvedCondition {
  switch (condition.kind) {
    case "and":
    case "or":
      return {
        kind: condition.kind,
        left: resolve(condition.left, scope),
        right: resolve(condition.right, scope),
      };
    case "not":
      return { kind: "not", condition: resolve(condition.condition, scope) };
    case "compare": {
      const [left, right] = [
        resolveOperand(condition.left, scope),
        resolveOperand(condition.right, scope),
      ];
      const { comparator } = condition;
      checkDistinct(comparator, left, right);
      if (comparator !== "=" && comparator !== "<>")
        for (const operand of [left, right]) checkOrdered(comparator, operand);
      return { kind: "compare", comparator, left, right };
    }
    case "between": {
      const operand = resolveOperand(condition.operand, scope);
      const low = resolveOperand(condition.low, scope);
      const high = resolveOperand(condition.high, scope);
      for (const part of [operand, low, high]) checkOrdered("BETWEEN", part);
      checkBounds(low, high);
      return { kind: "between", operand, low, high };
    }
    case "in":
      return {
        kind: "in",
        operand: resolveOperand(condition.operand, scope),
        list: condition.list.map((operand) => resolveOperand(operand, scope)),
      };
    case "call":
      return resolveCall(condition, scope);
  }
}

// oxlint-disable-next-line typescript/consistent-return
function resolveOperand(operand: Operand, scope: ExpressionScope): ResolvedOperand {
  switch (operand.kind) {
    case "path":
      return { kind: "path", path: scope.path(operand) };
    case "value":
      return { kind: "value", value: scope.value(operand.placeholder) };
    case "call": {
      const [inner] = operand.operands.map((part) => resolveOperand(part, scope));
      checkOperandCount(operand);
      if (inner === undefined) throw new ExpressionError("The expression can not be empty;");
      checkType({ name: "size", isFunction: true }, inner, sized);
      return { kind: "size", operand: inner };
    }
  }
}

function resolveCall(call: FunctionCall, scope: ExpressionScope): ResolvedCondition {
  const { name } = call;
  const [operand, second] = call.operands.map((part) => resolveOperand(part, scope));
  checkOperandCount(call);
  checkDistinct(name, operand, second);
  if (operand === undefined) throw new ExpressionError("The expression can not be empty;");
  if (name === "attribute_type") return { kind: "type", operand, type: namedType(second) };
  if (second === undefined) {
    if (operand.kind !== "path")
      throw new ExpressionError(
        `Operator or function requires a document path; operator or function: ${name}`,
      );
    return { kind: "exists", path: operand.path, isExpected: name === "attribute_exists" };
  }
  if (name === "begins_with") {
    for (const part of [operand, second]) checkType({ name, isFunction: true }, part, textual);
    return { kind: "begins_with", operand, part: second };
  }
  return { kind: "contains", operand, part: second };
}
