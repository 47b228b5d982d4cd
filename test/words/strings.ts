import { parseSync, Visitor } from "oxc-parser";

export interface SourceString {
  /** From 1. */
  readonly line: number;
  /** A template's expressions are `…`. */
  readonly text: string;
}

/** Every string literal and template of a TypeScript source, in order. */
export function stringsOf(path: string, source: string): readonly SourceString[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: { start: number; text: string }[] = [];
  new Visitor({
    Literal({ start, value }) {
      if (typeof value === "string") found.push({ start, text: value });
    },
    TemplateLiteral({ start, quasis }) {
      found.push({ start, text: quasis.map(({ value }) => value.raw).join("…") });
    },
  }).visit(program);
  return found
    .toSorted((a, b) => a.start - b.start)
    .map(({ start, text }) => ({ line: source.slice(0, start).split("\n").length, text }));
}
