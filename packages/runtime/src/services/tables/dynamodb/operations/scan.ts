import { validationError } from "../dynamo-error.ts";
import {
  checkExpressionParameters,
  readCondition,
  scopeOf,
  type ExpressionParameters,
} from "../requests/expression-parameters.ts";
import { conditions } from "../requests/field.ts";
import {
  resolveOlderConditions,
  type Conditions,
  type OlderCondition,
} from "../requests/older-conditions.ts";
import { operation, type Operation } from "./operation.ts";
import {
  checkProjected,
  checkSelect,
  indexOf,
  pageOf,
  type PageParameters,
} from "./page-of-items.ts";
import { pageFields } from "./query.ts";
import { readProjection } from "./read-parameters.ts";
import { checkedStartKey, placeOfStartKey } from "./start-key.ts";
import { checkConditionalOperator } from "./write-parameters.ts";

interface ScanInput extends PageParameters, ExpressionParameters {
  readonly FilterExpression?: string;
  readonly ScanFilter?: Conditions<OlderCondition>;
  readonly ConditionalOperator?: string;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

export const scan: Operation = operation<ScanInput>(
  {
    fields: {
      ...pageFields,
      TotalSegments: { type: "integer", least: 1, most: 1_000_000 },
      ScanFilter: conditions,
      Segment: { type: "integer", least: 0, most: 999_999 },
      Limit: { type: "integer", least: 1 },
    },
  },
  (database, input) => {
    checkExpressionParameters(
      input,
      ["ProjectionExpression", "FilterExpression"],
      ["AttributesToGet", "ScanFilter", "ConditionalOperator"],
    );
    checkConditionalOperator(input.ConditionalOperator, input.ScanFilter);
    const older = resolveOlderConditions(input.ScanFilter, input.ConditionalOperator);
    const startKey = checkedStartKey(input.ExclusiveStartKey);
    const segment = segmentOf(input);
    checkSelect(input);
    const scope = scopeOf(input);
    const filter = readCondition("FilterExpression", input.FilterExpression, scope) ?? older;
    const projected = readProjection(input, scope);
    scope.checkAllUsed();
    const table = database.table(input.TableName);
    const index = indexOf(table, input);
    const after = placeOfStartKey(table, index, startKey);
    checkProjected(index, input.Select, projected);
    const items = (index?.view ?? table.view).scan(after, segment);
    return pageOf(items, { table, index, filter, projected }, input);
  },
);

function segmentOf({ Segment, TotalSegments }: ScanInput): { index: number; total: number } {
  if (Segment !== undefined && TotalSegments === undefined)
    throw validationError(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  if (TotalSegments !== undefined && Segment === undefined)
    throw validationError(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  if (Segment === undefined || TotalSegments === undefined) return { index: 0, total: 1 };
  if (Segment >= TotalSegments)
    throw validationError(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  return { index: Segment, total: TotalSegments };
}
