import { attributeOf, type AttributeValue, type Item } from "../values/attribute-value.ts";
import { ExpressionError } from "./tokens.ts";

/** Names and indexes of lists, with aliases resolved. The first is the attribute's name. */
export type DocumentPath = readonly (string | number)[];

export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const part of path) {
    value = childOf(value, part);
    if (value === undefined) return undefined;
  }
  return value;
}

function childOf(value: AttributeValue, part: string | number): AttributeValue | undefined {
  if (typeof part === "number") return value.L?.[part];
  return value.M === undefined ? undefined : attributeOf(value.M, part);
}

/** `[a, [0], b]` */
export function showPath(path: DocumentPath): string {
  return `[${path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(", ")}]`;
}

/**
 * Paths of one expression must not lie in one another.
 * @throws ExpressionError
 */
export function checkOverlap(paths: readonly DocumentPath[]): void {
  for (const [index, path] of paths.entries()) {
    for (const earlier of paths.slice(0, index)) {
      const relation = relationOf(earlier, path);
      if (relation === null) continue;
      throw new ExpressionError(
        `Two document paths ${relation} with each other; must remove or rewrite one of these paths; ` +
          `path one: ${showPath(earlier)}, path two: ${showPath(path)}`,
      );
    }
  }
}

function relationOf(first: DocumentPath, second: DocumentPath): "overlap" | "conflict" | null {
  for (let index = 0; index < first.length && index < second.length; index += 1) {
    if (typeof first[index] !== typeof second[index]) return "conflict";
    if (first[index] !== second[index]) return null;
  }
  return "overlap";
}
