import { validationError } from "../dynamo-error.ts";
import type { DocumentPath } from "../expressions/document-path.ts";
import type { ExpressionScope } from "../expressions/expression-scope.ts";
import { projectItem, resolveProjection } from "../expressions/project-item.ts";
import { readExpression } from "../requests/expression-parameters.ts";
import type { Item } from "../values/attribute-value.ts";

/** What a read returns of each item; null: all of it. */
export type Projected = readonly DocumentPath[] | null;

export interface ProjectionParameters {
  readonly ProjectionExpression?: string;
  readonly AttributesToGet?: readonly string[];
}

/** @throws DynamoError `ValidationException` */
export function readProjection(input: ProjectionParameters, scope: ExpressionScope): Projected {
  const { ProjectionExpression: expression, AttributesToGet: attributes } = input;
  if (expression !== undefined)
    return readExpression("ProjectionExpression", expression, (text) =>
      resolveProjection(text, scope),
    );
  if (attributes === undefined) return null;
  const repeated = attributes.find((name, index) => attributes.indexOf(name) !== index);
  if (repeated !== undefined)
    throw validationError(
      `One or more parameter values were invalid: Duplicate value in attribute name: ${repeated}`,
    );
  return attributes.map((name) => [name]);
}

export function projectedBy(item: Item, projected: Projected): Item {
  return projected === null ? item : projectItem(item, projected);
}
