import { parseSync } from "oxc-parser";
import type { SourceString } from "./strings.ts";

/** Every comment of a TypeScript source, in order. */
export function commentsOf(path: string, source: string): readonly SourceString[] {
  const { comments, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return comments.map(({ start, value }) => ({
    line: source.slice(0, start).split("\n").length,
    text: value,
  }));
}
