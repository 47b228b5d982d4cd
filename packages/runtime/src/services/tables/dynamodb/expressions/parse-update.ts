import { deepestNesting, parseOperand, parsePath, parsePlaceholder } from "./parse-operand.ts";
import type { AssignedValue, UpdateAction, UpdateTree } from "./syntax-tree.ts";
import { ExpressionError, TokenReader } from "./tokens.ts";

const sections = ["SET", "REMOVE", "ADD", "DELETE"] as const;
type Section = (typeof sections)[number];

/** @throws ExpressionError */
export function parseUpdate(text: string): UpdateTree {
  const reader = new TokenReader(text);
  const actions: UpdateAction[] = [];
  const seen = new Set<Section>();
  let repeatedSection: string | null = null;
  do {
    const section = sections.find((name) => reader.isKeyword(name));
    if (section === undefined) throw reader.syntaxError();
    reader.take();
    if (seen.has(section)) repeatedSection ??= section;
    seen.add(section);
    do actions.push(parseAction(reader, section));
    while (reader.takesSymbol(","));
  } while (reader.next.kind !== "end");
  return { actions, repeatedSection };
}

// oxlint-disable-next-line typescript/consistent-return
function parseAction(reader: TokenReader, section: Section): UpdateAction {
  const path = parsePath(reader);
  switch (section) {
    case "SET":
      reader.expectSymbol("=");
      return { section, path, value: parseAssigned(reader, 0) };
    case "REMOVE":
      return { section, path };
    case "ADD":
    case "DELETE":
      return { section, path, placeholder: parsePlaceholder(reader) };
  }
}

function parseAssigned(reader: TokenReader, depth: number): AssignedValue {
  const left = parseEnclosed(reader, depth);
  if (left.kind === "arithmetic") return left;
  for (const operator of ["+", "-"] as const) {
    if (!reader.takesSymbol(operator)) continue;
    const right = parseEnclosed(reader, depth);
    if (right.kind === "arithmetic") throw reader.syntaxError();
    return { kind: "arithmetic", operator, left, right };
  }
  return left;
}

/** An operand, or an assigned value in parentheses. */
function parseEnclosed(reader: TokenReader, depth: number): AssignedValue {
  if (!reader.takesSymbol("(")) return parseOperand(reader);
  if (depth > deepestNesting) throw new ExpressionError("The expression is nested too deeply;");
  const value = parseAssigned(reader, depth + 1);
  reader.expectSymbol(")");
  return value;
}
