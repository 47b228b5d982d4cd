import { parsePath } from "./parse-operand.ts";
import type { PathOperand } from "./syntax-tree.ts";
import { TokenReader } from "./tokens.ts";

/** @throws ExpressionError */
export function parseProjection(text: string): PathOperand[] {
  const reader = new TokenReader(text);
  const paths: PathOperand[] = [];
  do paths.push(parsePath(reader));
  while (reader.takesSymbol(","));
  reader.expectEnd();
  return paths;
}
