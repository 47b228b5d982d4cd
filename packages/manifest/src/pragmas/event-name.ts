import { headOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext } from "./pragma-context.ts";

/** Architect's limit for a topic's name; SNS allows ten more characters, which the stack's prefix uses. */
const longestName = 246;

const manyNames = "write one name per line, and indent its settings below it";

/** Why a topic, queue or schedule cannot have this name, or null. The limits are AWS's and Architect's. */
export function eventNameProblem(name: string, longest: number = longestName): string | null {
  if (!/^[\w.-]+$/.test(name)) return 'use only letters, digits, "-", "_" and "."';
  if (/^\.|\.$|\.\./.test(name)) return "do not begin or end with a dot, or put two dots together";
  if (/^(?:aws|amazon)/i.test(name)) return 'names that begin with "aws" or "amazon" are reserved';
  return name.length > longest ? `use at most ${longest} characters` : null;
}

/** Reads the name at the start of a line; returns null and reports an error when it is not valid. */
export function readEventName(
  line: LineNode,
  context: PragmaContext,
  what: string,
  longest?: number,
): string | null {
  const head = headOf(line);
  const { text } = head;
  const problem = line.values.length > 1 ? manyNames : eventNameProblem(text, longest);
  if (problem === null) return text;
  context.log.error({
    code: "event-name-invalid",
    text: `"${text}" is not a valid name for ${what}: ${problem}`,
    span: head.span,
  });
  return null;
}
