import type { Span } from "../source-file.ts";
import type { Scalar } from "./ast.ts";

/** One tokenized line of `.arc` text. */
export interface LexedLine {
  /** Spaces in front; a tab counts as two. */
  readonly indent: number;
  readonly hasTab: boolean;
  readonly values: readonly Scalar[];
  readonly comment: string | null;
  readonly span: Span;
  /** Position of an opening quote without a closing one. */
  readonly openQuote: Span | null;
}

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Tokenizes a line in one pass. */
export function lexLine(text: string, lineStart: number, lineEnd: number): LexedLine {
  let position = lineStart;
  let indent = 0;
  let hasTab = false;
  for (; position < lineEnd; position++) {
    const character = text[position];
    if (character === " ") indent++;
    else if (character === "\t") {
      indent += 2;
      hasTab = true;
    } else break;
  }
  const start = position;
  const values: Scalar[] = [];
  let comment: string | null = null;
  let openQuote: Span | null = null;
  while (position < lineEnd) {
    const character = text[position] ?? "";
    if (isSpace(character)) {
      position++;
    } else if (character === "#") {
      comment = text.slice(position, lineEnd).trimEnd();
      break;
    } else if (character === '"' || character === "'" || character === "`") {
      const close = text.indexOf(character, position + 1);
      const isClosed = close !== -1 && close < lineEnd;
      const end = isClosed ? close : lineEnd;
      const span = { start: position, end: isClosed ? close + 1 : lineEnd };
      if (!isClosed) openQuote = span;
      const value = text.slice(position + 1, end);
      values.push({ value, text: value, isQuoted: true, span });
      position = span.end;
    } else {
      const begin = position;
      while (position < lineEnd && !isSpace(text[position] ?? "")) position++;
      values.push(bareScalar(text.slice(begin, position), { start: begin, end: position }));
    }
  }
  const last = values.at(-1);
  return {
    indent,
    hasTab,
    values,
    comment,
    span: { start, end: last?.span.end ?? lineEnd },
    openQuote,
  };
}

/** Converts an unquoted word, which may be a number or a boolean. */
export function bareScalar(text: string, span: Span): Scalar {
  let value: string | number | boolean = text;
  if (text === "true" || text === "false") value = text === "true";
  else if (numberPattern.test(text) && Number.isSafeInteger(Math.trunc(Number(text))))
    value = Number(text);
  return { value, text, isQuoted: false, span };
}

function isSpace(character: string): boolean {
  return character === " " || character === "\t" || character === "\r";
}
