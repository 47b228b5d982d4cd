import { typeOf, type AttributeType, type AttributeValue } from "../values/attribute-value.ts";
import { checkOverlap, type DocumentPath } from "./document-path.ts";
import { checkReserved, type ExpressionScope } from "./expression-scope.ts";
import { parseUpdate } from "./parse-update.ts";
import type { AssignedValue, FunctionCall, Operand, UpdateAction } from "./syntax-tree.ts";
import { ExpressionError } from "./tokens.ts";

/** What a SET assigns, with names and placeholders resolved. */
export type ResolvedAssigned =
  | { readonly kind: "path"; readonly path: DocumentPath }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | {
      readonly kind: "if_not_exists";
      readonly path: DocumentPath;
      readonly otherwise: ResolvedAssigned;
    }
  | {
      readonly kind: "list_append" | "+" | "-";
      readonly left: ResolvedAssigned;
      readonly right: ResolvedAssigned;
    };

export type ResolvedAction =
  | { readonly section: "SET"; readonly path: DocumentPath; readonly value: ResolvedAssigned }
  | { readonly section: "REMOVE"; readonly path: DocumentPath }
  | {
      readonly section: "ADD" | "DELETE";
      readonly path: DocumentPath;
      readonly value: AttributeValue;
    };

const functions: Readonly<Record<string, number>> = { if_not_exists: 2, list_append: 2 };

/** As messages about ADD and DELETE name types. */
const typeWords: Readonly<Partial<Record<AttributeType, string>>> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  NULL: "NULL",
  BOOL: "BOOLEAN",
  L: "LIST",
  M: "MAP",
};

/**
 * An update expression, checked in the order in which DynamoDB reports mistakes.
 * @throws ExpressionError
 */
export function resolveUpdate(text: string, scope: ExpressionScope): ResolvedAction[] {
  const { actions, repeatedSection } = parseUpdate(text);
  const operands = actions.flatMap((action) => [...operandsOf(action)]);
  checkReserved(operands);
  for (const operand of operands)
    if (operand.kind === "call" && !Object.hasOwn(functions, operand.name))
      throw new ExpressionError(`Invalid function name; function: ${operand.name}`);
  if (repeatedSection !== null)
    throw new ExpressionError(
      `The "${repeatedSection}" section can only be used once in an update expression;`,
    );
  for (const operand of operands) if (operand.kind === "path") scope.path(operand);
  for (const operand of operands) if (operand.kind === "value") scope.value(operand.placeholder);
  checkOverlap(actions.map((action) => scope.path(action.path)));
  for (const action of actions) checkSetOperand(action, scope);
  return actions.map((action) => resolveAction(action, scope));
}

// oxlint-disable-next-line typescript/consistent-return
function resolveAction(action: UpdateAction, scope: ExpressionScope): ResolvedAction {
  const path = scope.path(action.path);
  switch (action.section) {
    case "SET":
      return { section: "SET", path, value: resolveAssigned(action.value, scope) };
    case "REMOVE":
      return { section: "REMOVE", path };
    case "ADD":
    case "DELETE":
      return { section: action.section, path, value: scope.value(action.placeholder) };
  }
}

/** ADD takes a number or a set, DELETE a set. */
function checkSetOperand(action: UpdateAction, scope: ExpressionScope): void {
  if (action.section !== "ADD" && action.section !== "DELETE") return;
  const type = typeOf(scope.value(action.placeholder));
  const word = typeWords[type];
  if (word === undefined || (type === "N" && action.section === "ADD")) return;
  throw new ExpressionError(
    `Incorrect operand type for operator or function; operator: ${action.section}, operand type: ${word}, typeset: ALLOWED_FOR_${action.section}_OPERAND`,
  );
}

// oxlint-disable-next-line typescript/consistent-return
function resolveAssigned(value: AssignedValue, scope: ExpressionScope): ResolvedAssigned {
  switch (value.kind) {
    case "path":
      return { kind: "path", path: scope.path(value) };
    case "value":
      return { kind: "value", value: scope.value(value.placeholder) };
    case "arithmetic": {
      const left = resolveAssigned(value.left, scope);
      const right = resolveAssigned(value.right, scope);
      for (const operand of [left, right]) checkLiteral(value.operator, operand, "N");
      return { kind: value.operator, left, right };
    }
    case "call":
      return resolveCall(value, scope);
  }
}

function resolveCall(call: FunctionCall, scope: ExpressionScope): ResolvedAssigned {
  const { name } = call;
  const [left, right, ...rest] = call.operands.map((operand) => resolveAssigned(operand, scope));
  if (left === undefined || right === undefined || rest.length > 0)
    throw new ExpressionError(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${call.operands.length}`,
    );
  if (name === "if_not_exists") {
    if (left.kind !== "path")
      throw new ExpressionError(
        `Operator or function requires a document path; operator or function: ${name}`,
      );
    return { kind: "if_not_exists", path: left.path, otherwise: right };
  }
  for (const operand of [left, right]) checkLiteral(name, operand, "L");
  return { kind: "list_append", left, right };
}

function checkLiteral(operator: string, operand: ResolvedAssigned, type: AttributeType): void {
  if (operand.kind !== "value" || typeOf(operand.value) === type) return;
  throw new ExpressionError(
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(operand.value)}`,
  );
}

/** The path and every operand, also those inside functions. */
function* operandsOf(action: UpdateAction): Iterable<Operand> {
  yield action.path;
  if (action.section === "SET") yield* operandsIn(action.value);
  else if (action.section !== "REMOVE") yield { kind: "value", placeholder: action.placeholder };
}

function* operandsIn(value: AssignedValue): Iterable<Operand> {
  if (value.kind === "arithmetic") {
    yield* operandsIn(value.left);
    yield* operandsIn(value.right);
    return;
  }
  yield value;
  if (value.kind === "call") for (const operand of value.operands) yield* operandsIn(operand);
}
