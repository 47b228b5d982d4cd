import { ExpressionError, type TokenReader } from "./tokens.ts";
import type { Operand, PathOperand, WrittenPart } from "./syntax-tree.ts";

/** Keeps hostile expressions from using up the stack; DynamoDB allows 300 operators in all. */
export const deepestNesting = 300;

export function parsePath(reader: TokenReader): PathOperand {
  const parts: WrittenPart[] = [parseName(reader)];
  for (;;) {
    if (reader.takesSymbol(".")) parts.push(parseName(reader));
    else if (reader.takesSymbol("[")) {
      if (reader.next.kind !== "number") throw reader.syntaxError();
      parts.push(Number(reader.take().text));
      reader.expectSymbol("]");
    } else return { kind: "path", parts };
  }
}

function parseName(reader: TokenReader): WrittenPart {
  const { kind, text } = reader.next;
  if (kind !== "word" && kind !== "alias") throw reader.syntaxError();
  reader.take();
  return { name: text, isAlias: kind === "alias" };
}

export function parsePlaceholder(reader: TokenReader): string {
  if (reader.next.kind !== "placeholder") throw reader.syntaxError();
  return reader.take().text;
}

/** A path, a placeholder, or a function with operands. */
export function parseOperand(reader: TokenReader, depth = 0): Operand {
  if (depth > deepestNesting) throw new ExpressionError("The expression is nested too deeply;");
  const { kind } = reader.next;
  if (kind === "placeholder") return { kind: "value", placeholder: parsePlaceholder(reader) };
  if (kind === "word" && isOpening(reader)) {
    const name = reader.take().text;
    reader.expectSymbol("(");
    const operands: Operand[] = [];
    do operands.push(parseOperand(reader, depth + 1));
    while (reader.takesSymbol(","));
    reader.expectSymbol(")");
    return { kind: "call", name, operands };
  }
  return parsePath(reader);
}

function isOpening(reader: TokenReader): boolean {
  const second = reader.ahead(1);
  return second.kind === "symbol" && second.text === "(";
}
