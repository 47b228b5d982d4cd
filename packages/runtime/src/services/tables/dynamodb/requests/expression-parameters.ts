import { validationError } from "../dynamo-error.ts";
import { ExpressionScope } from "../expressions/expression-scope.ts";
import { resolveCondition } from "../expressions/resolve-condition.ts";
import type { ResolvedCondition } from "../expressions/resolved-condition.ts";
import { ExpressionError } from "../expressions/tokens.ts";
import type { Item } from "../values/attribute-value.ts";

/** Parameters of every operation with expressions. */
export interface ExpressionParameters {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/**
 * Expressions and the older parameters they replace do not go together, and names and values
 * need an expression.
 * @throws DynamoError `ValidationException`
 */
export function checkExpressionParameters(
  input: object & ExpressionParameters,
  expressions: readonly string[],
  others: readonly string[],
): void {
  const isGiven = (name: string): boolean =>
    (input as Readonly<Record<string, unknown>>)[name] !== undefined;
  const given = expressions.filter(isGiven);
  const older = others.filter(isGiven);
  if (given.length > 0 && older.length > 0)
    throw validationError(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${older.join(", ")}} Expression parameters: {${given.join(", ")}}`,
    );
  if (input.ExpressionAttributeNames !== undefined && given.length === 0)
    throw validationError("ExpressionAttributeNames can only be specified when using expressions");
  const withValues = expressions.filter((name) => name !== "ProjectionExpression");
  if (
    input.ExpressionAttributeValues !== undefined &&
    withValues.length > 0 &&
    !withValues.some(isGiven)
  )
    throw validationError(
      `ExpressionAttributeValues can only be specified when using expressions: ${withValues.join(" and ")} ${withValues.length > 1 ? "are" : "is"} null`,
    );
}

export function scopeOf(input: ExpressionParameters): ExpressionScope {
  return new ExpressionScope(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
}

/**
 * Reads one expression and names the parameter in what is wrong with it.
 * @throws DynamoError `ValidationException`
 */
export function readExpression<Result>(
  parameter: string,
  text: string,
  read: (text: string) => Result,
): Result {
  try {
    checkSize(text);
    return read(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw validationError(`Invalid ${parameter}: ${error.message}`);
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const longestExpressionBytes = 4096;

function checkSize(text: string): void {
  if (text.trim() === "") throw new ExpressionError("The expression can not be empty;");
  const bytes = Buffer.byteLength(text);
  if (bytes > longestExpressionBytes)
    throw new ExpressionError(
      `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
}

/** A condition or filter of a parameter; null when it is not given. */
export function readCondition(
  parameter: "ConditionExpression" | "FilterExpression",
  text: string | undefined,
  scope: ExpressionScope,
): ResolvedCondition | null {
  return text === undefined
    ? null
    : readExpression(parameter, text, (given) => resolveCondition(given, scope));
}
