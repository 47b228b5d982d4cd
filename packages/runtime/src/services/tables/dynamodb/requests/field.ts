/** What one parameter of a request may hold. Constraints are reported in the order they are given here. */
export interface Field {
  readonly type: "string" | "integer" | "boolean" | "value" | "item" | "list" | "map" | "structure";
  readonly isRequired?: boolean;
  /** Length of text, lists and maps. */
  readonly shortest?: number;
  readonly longest?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** Elements of a list, values of a map. */
  readonly of?: Field;
  /** Lengths of the lists in a map. */
  readonly lengths?: { readonly shortest: number; readonly longest: number };
  /** AWS's name of a structure, and its members. */
  readonly name?: string;
  readonly fields?: Fields;
}

export type Fields = Readonly<Record<string, Field>>;

/** One error is reported instead of all; only some operations of AWS do so. */
export interface RequestShape {
  readonly fields: Fields;
  readonly reportsFirstOnly?: boolean;
}

export const boolean: Field = { type: "boolean" };
export const text: Field = { type: "string" };
const value: Field = { type: "value" };

export function choice(...values: string[]): Field {
  return { type: "string", values };
}

export function list(of: Field, constraints: Partial<Field> = {}): Field {
  return { type: "list", of, ...constraints };
}

export function structure(name: string, fields: Fields, constraints: Partial<Field> = {}): Field {
  return { type: "structure", name, fields, ...constraints };
}

export function required(field: Field): Field {
  return { ...field, isRequired: true };
}

const namePattern = "[a-zA-Z0-9_.-]+";

/** Where tables are made. */
export const newName: Field = {
  type: "string",
  isRequired: true,
  shortest: 3,
  longest: 255,
  pattern: namePattern,
};
/** Where tables are used. */
export const tableName: Field = { ...newName, shortest: 1 };
export const indexName: Field = { type: "string", shortest: 3, longest: 255, pattern: namePattern };
export const item: Field = { type: "item" };
export const names: Field = { type: "map", of: text };
export const values: Field = { type: "map", of: value };
export const returnConsumedCapacity: Field = choice("INDEXES", "TOTAL", "NONE");
export const returnItemCollectionMetrics: Field = choice("SIZE", "NONE");
export const returnOnFailure: Field = choice("ALL_OLD", "NONE");
export const conditionalOperator: Field = choice("OR", "AND");
export const attributesToGet: Field = list(text, { shortest: 1, longest: 255 });

const comparisonOperator = choice(
  "IN",
  "NULL",
  "BETWEEN",
  "LT",
  "NOT_CONTAINS",
  "EQ",
  "GT",
  "NOT_NULL",
  "NE",
  "LE",
  "BEGINS_WITH",
  "GE",
  "CONTAINS",
);

/** `QueryFilter`, `ScanFilter`, `KeyConditions`. */
export const conditions: Field = {
  type: "map",
  of: structure("Condition", {
    AttributeValueList: list(value),
    ComparisonOperator: required(comparisonOperator),
  }),
};

export const expected: Field = {
  type: "map",
  of: structure("ExpectedAttributeValue", {
    AttributeValueList: list(value),
    ComparisonOperator: comparisonOperator,
    Exists: boolean,
    Value: value,
  }),
};

export const attributeUpdates: Field = {
  type: "map",
  of: structure("AttributeValueUpdate", { Action: choice("ADD", "PUT", "DELETE"), Value: value }),
};
