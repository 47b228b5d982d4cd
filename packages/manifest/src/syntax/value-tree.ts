import type { PlainValue } from "../manifest.ts";
import type { SourceFile, Span } from "../source-file.ts";
import { bareScalar } from "./arc-lexer.ts";
import type { Document, LineNode, PragmaNode, Scalar } from "./ast.ts";

/** Common tree of JSON and YAML values, with spans. */
export type ValueTree =
  | {
      readonly kind: "scalar";
      readonly value: string | number | boolean | null;
      readonly span: Span;
    }
  | { readonly kind: "list"; readonly items: readonly ValueTree[]; readonly span: Span }
  | { readonly kind: "map"; readonly entries: readonly ValueEntry[]; readonly span: Span };

export interface ValueEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: ValueTree;
}

/** Converts a tree of pragmas into the document that `.arc` text would give. */
export function documentOf(source: SourceFile, tree: ValueTree): Document {
  const entries = tree.kind === "map" ? tree.entries : [];
  const pragmas = entries
    // Where editors find the file's schema.
    .filter(({ key }) => key !== "$schema")
    .map(({ key, keySpan, value }): PragmaNode => ({
      name: key.replace(/^@/, ""),
      leading: [],
      comment: null,
      body: linesOfValue(value),
      plain: plainItems(value),
      span: keySpan,
    }));
  return { source, header: [], pragmas };
}

/** A list's items; for a map, its name and value pairs, as Architect's parser returns them. */
function plainItems(value: ValueTree): readonly PlainValue[] {
  switch (value.kind) {
    case "scalar":
      return value.value === null || value.value === true ? [] : [value.value];
    case "list":
      return value.items.map(plainOf);
    default:
      return value.entries.map((entry) => [entry.key, plainOf(entry.value)]);
  }
}

function plainOf(value: ValueTree): PlainValue {
  switch (value.kind) {
    case "scalar":
      return value.value ?? "";
    case "list":
      return value.items.map(plainOf);
    default:
      return Object.fromEntries(value.entries.map((entry) => [entry.key, plainOf(entry.value)]));
  }
}

/** Lines below a name. */
function linesOfValue(value: ValueTree): LineNode[] {
  switch (value.kind) {
    // `ws: null` and `ws: true` are a pragma without lines; `static: false` has one.
    case "scalar":
      return value.value === null || value.value === true
        ? []
        : [line([scalarOf(value)], [], value.span)];
    case "list":
      return value.items.flatMap(linesOfItem);
    default:
      return value.entries.map(lineOfEntry);
  }
}

/** Converts a list item: a value, several values on one line, or a map of names. */
function linesOfItem(item: ValueTree): LineNode[] {
  if (item.kind === "scalar") {
    // `"get /"` in a list equals `get /` on a line.
    const words = typeof item.value === "string" ? item.value.split(/\s+/).filter(Boolean) : [];
    if (words.length > 1)
      return [
        line(
          words.map((word) => bareScalar(word, item.span)),
          [],
          item.span,
        ),
      ];
    return [line([scalarOf(item)], [], item.span)];
  }
  if (item.kind === "map") return item.entries.map(lineOfEntry);
  const scalars = item.items.filter((inner) => inner.kind === "scalar");
  return scalars.length === 0 ? [] : [line(scalars.map(scalarOf), [], item.span)];
}

function lineOfEntry(entry: ValueEntry): LineNode {
  const name = entry.key.split(/\s+/).filter(Boolean);
  const keys = name.map((word) => bareScalar(word, entry.keySpan));
  const { value } = entry;
  if (value.kind !== "scalar") return line(keys, linesOfValue(value), entry.keySpan);
  if (value.value === null) return line(keys, [], entry.keySpan);
  const words = typeof value.value === "string" ? value.value.split(/\s+/).filter(Boolean) : [];
  const values =
    words.length > 1 ? words.map((word) => bareScalar(word, value.span)) : [scalarOf(value)];
  return line([...keys, ...values], [], { start: entry.keySpan.start, end: value.span.end });
}

function scalarOf(value: Extract<ValueTree, { kind: "scalar" }>): Scalar {
  const isText = typeof value.value === "string";
  const plain = value.value ?? "";
  return { value: plain, text: String(plain), isQuoted: isText, span: value.span };
}

function line(values: readonly Scalar[], children: readonly LineNode[], span: Span): LineNode {
  return { kind: "line", values, comment: null, children, hasBlankBefore: false, span };
}
