import { validationError } from "../dynamo-error.ts";
import { typeOf, type AttributeValue, type Item } from "../values/attribute-value.ts";
import { numberProblem } from "../values/checked-value.ts";
import { addDecimals, formatDecimal } from "../values/decimal.ts";
import { valueAt, type DocumentPath } from "./document-path.ts";
import type { ResolvedAction, ResolvedAssigned } from "./resolve-update.ts";

const wrongType = "An operand in the update expression has an incorrect data type";

/**
 * The item after an update. Operands are read from the item as it was before.
 * @throws DynamoError `ValidationException`
 */
export function applyUpdate(before: Item, actions: readonly ResolvedAction[]): Item {
  const changes = actions.map((action) => ({ action, value: newValue(before, action) }));
  let item = before;
  // Removals come last and from the highest index down, so that indexes mean the list as it was.
  for (const { action, value } of changes)
    if (value !== null) item = replaced(item, action.path, value);
  const removals = changes.filter(({ value }) => value === null);
  for (const { action } of removals.toSorted((a, b) => compareIndexes(b, a)))
    item = replaced(item, action.path, null);
  return item;
}

function compareIndexes(
  left: { readonly action: ResolvedAction },
  right: { readonly action: ResolvedAction },
): number {
  const [first, second] = [left.action.path.at(-1), right.action.path.at(-1)];
  return typeof first === "number" && typeof second === "number" ? first - second : 0;
}

/** What a path holds after an action; null for nothing. */
// oxlint-disable-next-line typescript/consistent-return
function newValue(item: Item, action: ResolvedAction): AttributeValue | null {
  switch (action.section) {
    case "SET":
      return assigned(item, action.value);
    case "REMOVE":
      return null;
    case "ADD":
      return addedTo(valueAt(item, action.path), action.value);
    case "DELETE":
      return deletedFrom(valueAt(item, action.path), action.value);
  }
}

// oxlint-disable-next-line typescript/consistent-return
function assigned(item: Item, value: ResolvedAssigned): AttributeValue {
  switch (value.kind) {
    case "value":
      return value.value;
    case "path": {
      const found = valueAt(item, value.path);
      if (found === undefined)
        throw validationError(
          "The provided expression refers to an attribute that does not exist in the item",
        );
      return found;
    }
    case "if_not_exists":
      return valueAt(item, value.path) ?? assigned(item, value.otherwise);
    case "list_append": {
      const { L: first } = assigned(item, value.left);
      const { L: second } = assigned(item, value.right);
      if (first === undefined || second === undefined) throw validationError(wrongType);
      return { L: [...first, ...second] };
    }
    case "+":
    case "-":
      return sum(assigned(item, value.left), assigned(item, value.right), value.kind === "-");
  }
}

function addedTo(existing: AttributeValue | undefined, added: AttributeValue): AttributeValue {
  if (existing === undefined) return added;
  const type = typeOf(added);
  if (typeOf(existing) !== type) throw validationError(wrongType);
  if (type === "N") return sum(existing, added, false);
  if (type === "L") return { L: [...(existing.L ?? []), ...(added.L ?? [])] };
  if (type !== "SS" && type !== "NS" && type !== "BS") throw validationError(wrongType);
  return { [type]: [...new Set([...(existing[type] ?? []), ...(added[type] ?? [])])] };
}

/** Null when nothing remains. */
function deletedFrom(
  existing: AttributeValue | undefined,
  deleted: AttributeValue,
): AttributeValue | null {
  if (existing === undefined) return null;
  const type = typeOf(deleted);
  if (typeOf(existing) !== type || (type !== "SS" && type !== "NS" && type !== "BS"))
    throw validationError(wrongType);
  const gone = new Set(deleted[type]);
  const rest = (existing[type] ?? []).filter((member) => !gone.has(member));
  return rest.length === 0 ? null : { [type]: rest };
}

function sum(left: AttributeValue, right: AttributeValue, isDifference: boolean): AttributeValue {
  if (left.N === undefined || right.N === undefined) throw validationError(wrongType);
  const result = addDecimals(left.N, right.N, isDifference);
  if (typeof result === "string") throw validationError(numberProblem(result, ""));
  return { N: formatDecimal(result) };
}

/** A copy of the item in which a path holds another value, or nothing. */
function replaced(item: Item, path: DocumentPath, value: AttributeValue | null): Item {
  return replacedIn({ M: item }, path, value).M ?? item;
}

function replacedIn(
  parent: AttributeValue,
  path: DocumentPath,
  value: AttributeValue | null,
): AttributeValue {
  const [part, ...rest] = path;
  const child = part === undefined ? undefined : valueAt({ "": parent }, ["", part]);
  if (part === undefined || (rest.length > 0 && child === undefined)) throw invalidPath();
  const replacement =
    rest.length === 0 || child === undefined ? value : replacedIn(child, rest, value);
  if (typeof part === "number") {
    if (parent.L === undefined) throw invalidPath();
    return { L: replacedElement(parent.L, part, replacement) };
  }
  if (parent.M === undefined) throw invalidPath();
  if (replacement !== null) return { M: { ...parent.M, [part]: replacement } };
  return { M: Object.fromEntries(Object.entries(parent.M).filter(([name]) => name !== part)) };
}

function replacedElement(
  list: readonly AttributeValue[],
  index: number,
  value: AttributeValue | null,
): AttributeValue[] {
  // Past the end is the end.
  if (value !== null) return index < list.length ? list.with(index, value) : [...list, value];
  return list.filter((_, other) => other !== index);
}

function invalidPath(): Error {
  return validationError(
    "The document path provided in the update expression is invalid for update",
  );
}
