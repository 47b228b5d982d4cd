/** A piece of a document path as written: a name, an alias (`#name`) or the index of a list. */
export type WrittenPart = { readonly name: string; readonly isAlias: boolean } | number;

export type Operand =
  | { readonly kind: "path"; readonly parts: readonly WrittenPart[] }
  | { readonly kind: "value"; readonly placeholder: string }
  | FunctionCall;

export interface FunctionCall {
  readonly kind: "call";
  readonly name: string;
  readonly operands: readonly Operand[];
}

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Condition =
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly condition: Condition }
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: "between";
      readonly operand: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: "in"; readonly operand: Operand; readonly list: readonly Operand[] }
  | FunctionCall;

export interface ConditionTree {
  readonly condition: Condition;
  /** `((a = :b))` */
  readonly hasRedundantParentheses: boolean;
}

/** What a SET assigns: an operand, or a sum or difference of two. */
export type AssignedValue =
  | Operand
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-";
      readonly left: Operand;
      readonly right: Operand;
    };

export type PathOperand = Extract<Operand, { kind: "path" }>;

export type UpdateAction =
  | { readonly section: "SET"; readonly path: PathOperand; readonly value: AssignedValue }
  | { readonly section: "REMOVE"; readonly path: PathOperand }
  | {
      readonly section: "ADD" | "DELETE";
      readonly path: PathOperand;
      readonly placeholder: string;
    };

export interface UpdateTree {
  readonly actions: readonly UpdateAction[];
  /** A section that appears twice. */
  readonly repeatedSection: string | null;
}
