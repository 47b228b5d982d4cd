import { headOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext } from "./pragma-context.ts";

/** Characters of a topic's name that Architect takes; SNS takes ten more, for the stack's own. */
const longestName = 246;

/** Why a topic, queue or schedule cannot have this name, or null. The limits are AWS's and Architect's. */
export function eventNameProblem(name: string, longest: number = longestName): string | null {
  if (!/^[\w.-]+$/.test(name)) return 'use only letters, digits, "-", "_" and "."';
  if (/^\.|\.$|\.\./.test(name)) return "dots may not be at either end, nor two together";
  if (/^(?:aws|amazon)/i.test(name)) return 'names that begin with "aws" or "amazon" are reserved';
  return name.length > longest ? `use at most ${longest} characters` : null;
}

/** The name at the head of a line; null, and a remark, when it cannot be used. */
export function readEventName(
  line: LineNode,
  context: PragmaContext,
  what: string,
  longest?: number,
): string | null {
  const head = headOf(line);
  const { text } = head;
  const problem = line.values.length > 1 ? "one name a line" : eventNameProblem(text, longest);
  if (problem === null) return text;
  context.log.error({
    code: "event-name-invalid",
    text: `"${text}" is not a valid name for ${what}: ${problem}`,
    span: head.span,
  });
  return null;
}
