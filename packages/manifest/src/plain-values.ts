import type { PlainValue } from "./manifest.ts";
import { headOf, linesOf, type BodyNode, type Document, type LineNode } from "./syntax/ast.ts";

/** Each pragma of a document as plain values; a pragma that appears twice has the lines of both. */
export function plainPragmas({ pragmas }: Document): Record<string, PlainValue[]> {
  const values = new Map<string, PlainValue[]>();
  for (const { name, body, plain } of pragmas)
    values.set(name, [...(values.get(name) ?? []), ...(plain ?? plainValues(body))]);
  return Object.fromEntries(values);
}

/** Converts lines to the plain values that Architect's plugins read: scalars, arrays, `{ name: [...] | {...} }`. */
export function plainValues(body: readonly BodyNode[]): PlainValue[] {
  return linesOf(body).map(plainValue);
}

function plainValue(line: LineNode): PlainValue {
  const values = line.values.map(({ value }) => value);
  const children = linesOf(line.children);
  if (children.length === 0) return values.length === 1 ? (values[0] ?? "") : values;
  return { [headOf(line).text]: below(children) };
}

/** Single values become an array, keys with values a map. */
function below(children: readonly LineNode[]): PlainValue {
  // As in Architect's parser, the first line decides the shape, and longer lines become more values.
  const [first] = children;
  const isVector = first?.values.length === 1 && first.children.length === 0;
  if (isVector) return children.flatMap(({ values }) => values.map(({ value }) => value));
  return Object.fromEntries(
    children.map((child) => {
      const [, ...rest] = child.values.map(({ value }) => value);
      const inner = linesOf(child.children);
      if (inner.length > 0) {
        const items = inner.flatMap(plainValue);
        // Plugins get a list of one item as the item.
        return [headOf(child).text, items.length === 1 ? (items[0] ?? "") : items];
      }
      return [headOf(child).text, rest.length === 1 ? (rest[0] ?? "") : rest];
    }),
  );
}
