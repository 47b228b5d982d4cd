import { attributeOf, type AttributeValue, type Item } from "../values/attribute-value.ts";
import { checkOverlap, type DocumentPath } from "./document-path.ts";
import { checkReserved, type ExpressionScope } from "./expression-scope.ts";
import { parseProjection } from "./parse-projection.ts";

/** @throws ExpressionError */
export function resolveProjection(text: string, scope: ExpressionScope): DocumentPath[] {
  const written = parseProjection(text);
  checkReserved(written);
  const paths = written.map((path) => scope.path(path));
  checkOverlap(paths);
  return paths;
}

/** The parts of an item that the paths name. Lists keep only the named elements, in order. */
export function projectItem(item: Item, paths: readonly DocumentPath[]): Item {
  return projected({ M: item }, paths)?.M ?? {};
}

function projected(
  value: AttributeValue,
  paths: readonly DocumentPath[],
): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  const byPart = new Map<string | number, DocumentPath[]>();
  for (const [part, ...rest] of paths)
    if (part !== undefined) byPart.set(part, [...(byPart.get(part) ?? []), rest]);
  if (value.M !== undefined) {
    const entries: [string, AttributeValue][] = [];
    for (const [part, rests] of byPart) {
      const child = typeof part === "string" ? attributeOf(value.M, part) : undefined;
      const kept = child === undefined ? undefined : projected(child, rests);
      if (kept !== undefined) entries.push([String(part), kept]);
    }
    return entries.length === 0 ? undefined : { M: Object.fromEntries(entries) };
  }
  const kept = (value.L ?? []).flatMap((element, index) => {
    const rests = byPart.get(index);
    const part = rests === undefined ? undefined : projected(element, rests);
    return part === undefined ? [] : [part];
  });
  return kept.length === 0 ? undefined : { L: kept };
}
