import { validationError } from "../dynamo-error.ts";
import { compareScalars } from "../expressions/evaluate-condition.ts";
import type { ResolvedCondition, ResolvedOperand } from "../expressions/resolved-condition.ts";
import { typeOf, type AttributeType, type AttributeValue } from "../values/attribute-value.ts";
import { checkedValue } from "../values/checked-value.ts";

/** Of `QueryFilter`, `ScanFilter` and `KeyConditions`. */
export interface OlderCondition {
  readonly ComparisonOperator: string;
  readonly AttributeValueList?: readonly AttributeValue[];
}

/** Of `Expected`. */
export interface OlderExpectation {
  readonly ComparisonOperator?: string;
  readonly AttributeValueList?: readonly AttributeValue[];
  readonly Exists?: boolean;
  readonly Value?: AttributeValue;
}

export type Conditions<Kind> = Readonly<Record<string, Kind>>;

const scalars: readonly AttributeType[] = ["S", "N", "B"];

/** Values an operator takes, at least and at most, and their types; no types: all. */
const operators: Readonly<
  Record<string, { least: number; most: number; types?: readonly AttributeType[] }>
> = {
  EQ: { least: 1, most: 1 },
  NE: { least: 1, most: 1 },
  LE: { least: 1, most: 1, types: scalars },
  LT: { least: 1, most: 1, types: scalars },
  GE: { least: 1, most: 1, types: scalars },
  GT: { least: 1, most: 1, types: scalars },
  CONTAINS: { least: 1, most: 1, types: scalars },
  NOT_CONTAINS: { least: 1, most: 1, types: scalars },
  BEGINS_WITH: { least: 1, most: 1, types: ["S", "B"] },
  BETWEEN: { least: 2, most: 2, types: scalars },
  IN: { least: 1, most: Infinity, types: scalars },
  NULL: { least: 0, most: 0 },
  NOT_NULL: { least: 0, most: 0 },
};

/** @throws DynamoError `ValidationException` */
export function checkedConditions(
  conditions: Conditions<OlderCondition>,
): Conditions<OlderCondition> {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, { ComparisonOperator, AttributeValueList = [] }]) => {
      const values = AttributeValueList.map((value) => checkedValue(value));
      checkOperands(ComparisonOperator, values);
      return [name, { ComparisonOperator, AttributeValueList: values }];
    }),
  );
}

function checkOperands(operator: string, values: readonly AttributeValue[]): void {
  const { least, most, types } = operators[operator] ?? { least: 0, most: 0 };
  if (values.length < least || values.length > most)
    throw invalid(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  const [first, second] = values;
  if (first === undefined) return;
  if (values.some((value) => typeOf(value) !== typeOf(first)))
    throw invalid("AttributeValues inside AttributeValueList must be of same type");
  if (types !== undefined && !types.includes(typeOf(first)))
    throw invalid(
      `ComparisonOperator ${operator} is not valid for ${typeOf(first)} AttributeValue type`,
    );
  if (operator === "BETWEEN" && second !== undefined && (compareScalars(first, second) ?? 0) > 0)
    throw validationError(
      "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
    );
}

/** @throws DynamoError `ValidationException` */
export function resolveOlderConditions(
  conditions: Conditions<OlderCondition> | undefined,
  conditionalOperator: string | undefined,
): ResolvedCondition | null {
  return joined(
    Object.entries(checkedConditions(conditions ?? {})).map(
      ([name, { ComparisonOperator, AttributeValueList = [] }]) =>
        conditionOf(name, ComparisonOperator, AttributeValueList),
    ),
    conditionalOperator,
  );
}

/** @throws DynamoError `ValidationException` */
export function resolveExpected(
  expected: Conditions<OlderExpectation> | undefined,
  conditionalOperator: string | undefined,
): ResolvedCondition | null {
  return joined(
    Object.entries(expected ?? {}).map(([name, expectation]) => expectedOf(name, expectation)),
    conditionalOperator,
  );
}

function expectedOf(name: string, expectation: OlderExpectation): ResolvedCondition {
  const { ComparisonOperator: operator, AttributeValueList: list, Exists, Value } = expectation;
  if (list !== undefined && Value !== undefined)
    throw invalid(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  if (operator !== undefined) {
    if (Exists !== undefined)
      throw invalid(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
    const values = (list ?? (Value === undefined ? [] : [Value])).map((value) =>
      checkedValue(value),
    );
    if (operator !== "NULL" && operator !== "NOT_NULL" && list === undefined && Value === undefined)
      throw invalid(
        `Value or AttributeValueList must be used with ComparisonOperator: ${operator} for Attribute: ${name}`,
      );
    checkOperands(operator, values);
    return conditionOf(name, operator, values);
  }
  if (list !== undefined)
    throw invalid(
      `AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`,
    );
  if (Exists === false) {
    if (Value !== undefined)
      throw invalid(`Value cannot be used when Exists is false for Attribute: ${name}`);
    return { kind: "exists", path: [name], isExpected: false };
  }
  if (Value === undefined)
    throw invalid(
      `Value must be provided when Exists is ${Exists === undefined ? "null" : "true"} for Attribute: ${name}`,
    );
  return conditionOf(name, "EQ", [checkedValue(Value)]);
}

const comparators = { EQ: "=", NE: "<>", LE: "<=", LT: "<", GE: ">=", GT: ">" } as const;

function conditionOf(
  name: string,
  operator: string,
  values: readonly AttributeValue[],
): ResolvedCondition {
  const operand: ResolvedOperand = { kind: "path", path: [name] };
  const [first = { kind: "path", path: [name] }, second = first]: ResolvedOperand[] = values.map(
    (value) => ({ kind: "value", value }),
  );
  switch (operator) {
    case "NULL":
    case "NOT_NULL":
      return { kind: "exists", path: [name], isExpected: operator === "NOT_NULL" };
    case "CONTAINS":
      return { kind: "contains", operand, part: first };
    case "NOT_CONTAINS":
      return { kind: "not", condition: { kind: "contains", operand, part: first } };
    case "BEGINS_WITH":
      return { kind: "begins_with", operand, part: first };
    case "BETWEEN":
      return { kind: "between", operand, low: first, high: second };
    case "IN":
      return {
        kind: "in",
        operand,
        list: values.map((value) => ({ kind: "value", value })),
      };
    default:
      return {
        kind: "compare",
        // The request's shape allows no other.
        comparator: comparators[operator as keyof typeof comparators],
        left: operand,
        right: first,
      };
  }
}

function joined(
  conditions: readonly ResolvedCondition[],
  conditionalOperator: string | undefined,
): ResolvedCondition | null {
  const [first, ...rest] = conditions;
  if (first === undefined) return null;
  const kind = conditionalOperator === "OR" ? "or" : "and";
  return rest.reduce((left, right): ResolvedCondition => ({ kind, left, right }), first);
}

function invalid(reason: string): Error {
  return validationError(`One or more parameter values were invalid: ${reason}`);
}
