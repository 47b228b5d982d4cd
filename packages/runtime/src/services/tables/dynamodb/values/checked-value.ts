import { validationError } from "../dynamo-error.ts";
import { formatDecimal, parseDecimal, type DecimalProblem } from "./decimal.ts";
import type { AttributeValue, Item } from "./attribute-value.ts";

/**
 * Levels of lists and maps in one another.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes
 */
const deepestNesting = 32;

/**
 * The value as it is stored, with numbers in their one form.
 * @throws DynamoError `ValidationException` in AWS's words
 */
export function checkedValue(value: AttributeValue, depth = 0): AttributeValue {
  const types = Object.keys(value);
  if (types.length === 0)
    throw validationError(
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    );
  const checked = checkedType(value, depth);
  if (types.length > 1)
    throw validationError(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  return checked;
}

export function checkedItem(item: Item, depth = 0): Item {
  let isUnchanged = true;
  const entries = Object.entries(item).map(([name, value]): [string, AttributeValue] => {
    const checked = checkedValue(value, depth);
    if (checked !== value) isUnchanged = false;
    return [name, checked];
  });
  return isUnchanged ? item : Object.fromEntries(entries);
}

function checkedType(value: AttributeValue, depth: number): AttributeValue {
  if (value.S !== undefined || value.B !== undefined || value.BOOL !== undefined) return value;
  if (value.N !== undefined) {
    const N = checkedNumber(value.N);
    return N === value.N ? value : { N };
  }
  if (value.NULL !== undefined) return value.NULL ? value : { NULL: true };
  if (value.M !== undefined || value.L !== undefined) return checkedDocument(value, depth + 1);
  return checkedSet(value);
}

function checkedDocument(value: AttributeValue, depth: number): AttributeValue {
  if (depth > deepestNesting)
    throw validationError(
      "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
    );
  if (value.M !== undefined) {
    const M = checkedItem(value.M, depth);
    return M === value.M ? value : { M };
  }
  const L = (value.L ?? []).map((element) => checkedValue(element, depth));
  return { L };
}

function checkedSet(value: AttributeValue): AttributeValue {
  if (value.SS !== undefined) {
    if (value.SS.length === 0) throw invalid("An string set  may not be empty");
    if (hasDuplicates(value.SS))
      throw invalid(`Input collection [${value.SS.join(", ")}] contains duplicates.`);
    return value;
  }
  if (value.NS !== undefined) {
    if (value.NS.length === 0) throw invalid("An number set  may not be empty");
    const NS = value.NS.map(checkedNumber);
    if (hasDuplicates(NS)) throw validationError("Input collection contains duplicates");
    return { NS };
  }
  const { BS = [] } = value;
  if (BS.length === 0) throw invalid("Binary sets should not be empty");
  if (hasDuplicates(BS))
    throw invalid(`Input collection [${BS.join(", ")}]of type BS contains duplicates.`);
  return value;
}

/** The one text of a number. */
function checkedNumber(text: string): string {
  const decimal = parseDecimal(text);
  if (typeof decimal !== "string") return formatDecimal(decimal);
  throw validationError(numberProblem(decimal, text));
}

// oxlint-disable-next-line typescript/consistent-return
export function numberProblem(problem: DecimalProblem, text: string): string {
  switch (problem) {
    case "overflow":
      return "Number overflow. Attempting to store a number with magnitude larger than supported range";
    case "underflow":
      return "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    case "too-precise":
      return "Attempting to store more than 38 significant digits in a Number";
    case "not-a-number":
      return text === ""
        ? "The parameter cannot be converted to a numeric value"
        : `The parameter cannot be converted to a numeric value: ${text}`;
  }
}

function hasDuplicates(members: readonly string[]): boolean {
  return new Set(members).size < members.length;
}

function invalid(reason: string): Error {
  return validationError(`One or more parameter values were invalid: ${reason}`);
}
