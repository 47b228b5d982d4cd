import { typeOf, type AttributeValue, type Item } from "../values/attribute-value.ts";
import { compareDecimals } from "../values/decimal.ts";
import { equalValues } from "../values/equal-values.ts";
import { keyOrder } from "../values/key-order.ts";
import { valueAt } from "./document-path.ts";
import type { ResolvedCondition, ResolvedOperand } from "./resolved-condition.ts";
import type { Comparator } from "./syntax-tree.ts";

/** Whether an item, empty when there is none, meets a condition. */
// oxlint-disable-next-line typescript/consistent-return
export function meetsCondition(item: Item, condition: ResolvedCondition): boolean {
  switch (condition.kind) {
    case "and":
      return meetsCondition(item, condition.left) && meetsCondition(item, condition.right);
    case "or":
      return meetsCondition(item, condition.left) || meetsCondition(item, condition.right);
    case "not":
      return !meetsCondition(item, condition.condition);
    case "exists":
      return (valueAt(item, condition.path) !== undefined) === condition.isExpected;
    case "compare":
      return compares(
        condition.comparator,
        valueOf(item, condition.left),
        valueOf(item, condition.right),
      );
    case "between": {
      const value = valueOf(item, condition.operand);
      return (
        compares(">=", value, valueOf(item, condition.low)) &&
        compares("<=", value, valueOf(item, condition.high))
      );
    }
    case "in": {
      const value = valueOf(item, condition.operand);
      return condition.list.some((operand) => compares("=", value, valueOf(item, operand)));
    }
    case "type": {
      const value = valueOf(item, condition.operand);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case "begins_with":
      return beginsWith(valueOf(item, condition.operand), valueOf(item, condition.part));
    case "contains":
      return contains(valueOf(item, condition.operand), valueOf(item, condition.part));
  }
}

// oxlint-disable-next-line typescript/consistent-return
function valueOf(item: Item, operand: ResolvedOperand): AttributeValue | undefined {
  switch (operand.kind) {
    case "path":
      return valueAt(item, operand.path);
    case "value":
      return operand.value;
    case "size": {
      const size = sizeOf(valueOf(item, operand.operand));
      return size === null ? undefined : { N: String(size) };
    }
  }
}

/** Characters, bytes, members or elements. */
function sizeOf(value: AttributeValue | undefined): number | null {
  if (value === undefined) return null;
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return Buffer.byteLength(value.B, "base64");
  if (value.M !== undefined) return Object.keys(value.M).length;
  return (value.SS ?? value.NS ?? value.BS ?? value.L)?.length ?? null;
}

// oxlint-disable-next-line typescript/consistent-return
function compares(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (comparator === "<>") return !compares("=", left, right);
  if (left === undefined || right === undefined) return false;
  if (comparator === "=") return equalValues(left, right);
  const order = compareScalars(left, right);
  if (order === null) return false;
  switch (comparator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** Negative, zero or positive; null for values of different types or without an order. */
export function compareScalars(left: AttributeValue, right: AttributeValue): number | null {
  if (left.N !== undefined && right.N !== undefined) return compareDecimals(left.N, right.N);
  const areText = left.S !== undefined && right.S !== undefined;
  const areBytes = left.B !== undefined && right.B !== undefined;
  if (!areText && !areBytes) return null;
  const [first, second] = [keyOrder(left), keyOrder(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function beginsWith(
  value: AttributeValue | undefined,
  prefix: AttributeValue | undefined,
): boolean {
  if (value === undefined || prefix === undefined) return false;
  if (value.S !== undefined && prefix.S !== undefined) return value.S.startsWith(prefix.S);
  if (value.B === undefined || prefix.B === undefined) return false;
  return keyOrder(value).startsWith(keyOrder(prefix));
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.B !== undefined)
    return part.B !== undefined && keyOrder(value).includes(keyOrder(part));
  if (value.SS !== undefined) return part.S !== undefined && value.SS.includes(part.S);
  if (value.NS !== undefined) return part.N !== undefined && value.NS.includes(part.N);
  if (value.BS !== undefined) return part.B !== undefined && value.BS.includes(part.B);
  return value.L?.some((element) => equalValues(element, part)) ?? false;
}
