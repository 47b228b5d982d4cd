import type { PlainValue } from "../manifest.ts";
import type { SourceFile, Span } from "../source-file.ts";

/** One value: bare or quoted text, a number, or a boolean. */
export interface Scalar {
  readonly value: string | number | boolean;
  /** As written, without quotes. Rules about names check this: `1e3` is a valid name. */
  readonly text: string;
  readonly isQuoted: boolean;
  readonly span: Span;
}

export interface CommentNode {
  readonly kind: "comment";
  /** With the `#`, without trailing spaces. */
  readonly text: string;
  readonly hasBlankBefore: boolean;
}

/** Values on one line, and the lines that are indented below it. */
export interface LineNode {
  readonly kind: "line";
  readonly values: readonly Scalar[];
  readonly comment: string | null;
  readonly children: readonly BodyNode[];
  readonly hasBlankBefore: boolean;
  readonly span: Span;
}

export type BodyNode = LineNode | CommentNode;

export interface PragmaNode {
  readonly name: string;
  /** Comments right above. */
  readonly leading: readonly CommentNode[];
  readonly comment: string | null;
  readonly body: readonly BodyNode[];
  /** For JSON and YAML: the values as written, which plugins read. If absent, they are derived from the body. */
  readonly plain?: readonly PlainValue[];
  readonly span: Span;
}

/** A manifest as a tree. `.arc`, JSON and YAML all parse to this. */
export interface Document {
  readonly source: SourceFile;
  /** Comments at the top, separated from the first pragma by a blank line. */
  readonly header: readonly CommentNode[];
  readonly pragmas: readonly PragmaNode[];
}

/** The body's nodes that are lines. */
export function linesOf(body: readonly BodyNode[]): LineNode[] {
  return body.filter((node) => node.kind === "line");
}

/** First value of a line. Lines have at least one. */
export function headOf(line: LineNode): Scalar {
  const [head] = line.values;
  if (head === undefined) throw new Error("a line without values");
  return head;
}
