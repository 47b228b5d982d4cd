import type { AttributeType, AttributeValue } from "../values/attribute-value.ts";
import type { DocumentPath } from "./document-path.ts";
import type { Comparator } from "./syntax-tree.ts";

/** An operand whose names and placeholders are resolved. */
export type ResolvedOperand =
  | { readonly kind: "path"; readonly path: DocumentPath }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "size"; readonly operand: ResolvedOperand };

/** A condition that was checked and can be evaluated. */
export type ResolvedCondition =
  | {
      readonly kind: "and" | "or";
      readonly left: ResolvedCondition;
      readonly right: ResolvedCondition;
    }
  | { readonly kind: "not"; readonly condition: ResolvedCondition }
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: ResolvedOperand;
      readonly right: ResolvedOperand;
    }
  | {
      readonly kind: "between";
      readonly operand: ResolvedOperand;
      readonly low: ResolvedOperand;
      readonly high: ResolvedOperand;
    }
  | {
      readonly kind: "in";
      readonly operand: ResolvedOperand;
      readonly list: readonly ResolvedOperand[];
    }
  | { readonly kind: "exists"; readonly path: DocumentPath; readonly isExpected: boolean }
  | { readonly kind: "type"; readonly operand: ResolvedOperand; readonly type: AttributeType }
  | {
      readonly kind: "begins_with" | "contains";
      readonly operand: ResolvedOperand;
      readonly part: ResolvedOperand;
    };

/** Every path in a condition. */
export function* pathsOf(condition: ResolvedCondition): Iterable<DocumentPath> {
  switch (condition.kind) {
    case "and":
    case "or":
      yield* pathsOf(condition.left);
      yield* pathsOf(condition.right);
      return;
    case "not":
      yield* pathsOf(condition.condition);
      return;
    case "exists":
      yield condition.path;
      return;
    case "compare":
      yield* pathsIn([condition.left, condition.right]);
      return;
    case "between":
      yield* pathsIn([condition.operand, condition.low, condition.high]);
      return;
    case "in":
      yield* pathsIn([condition.operand, ...condition.list]);
      return;
    case "type":
      yield* pathsIn([condition.operand]);
      return;
    case "begins_with":
    case "contains":
      yield* pathsIn([condition.operand, condition.part]);
  }
}

function* pathsIn(operands: readonly ResolvedOperand[]): Iterable<DocumentPath> {
  for (const operand of operands) {
    if (operand.kind === "path") yield operand.path;
    if (operand.kind === "size") yield* pathsIn([operand.operand]);
  }
}
