import { fileURLToPath } from "node:url";
import type { SourcePosition } from "./code-frame.ts";

/** A frame of a stack trace. */
export interface StackFrame {
  /** `handler`, `Object.send`; null for code outside functions. */
  readonly name: string | null;
  readonly position: SourcePosition;
}

const framePattern = /^\s*at (?:(.+?) \()?(?:async )?(\S.*?):(\d+):(\d+)\)?$/;

/** Reads V8's `at name (file:line:column)`; null for any other line and for Node's own modules. */
export function parseStackFrame(text: string): StackFrame | null {
  const match = framePattern.exec(text);
  if (match === null) return null;
  const [, name, place = "", line, column] = match;
  if (place.startsWith("node:") || place.startsWith("internal/")) return null;
  const file = place.startsWith("file:") ? fileURLToPath(place) : place;
  if (file === "<anonymous>") return null;
  return {
    name: name?.replace(/^async /, "") ?? null,
    position: { file, line: Number(line), column: Number(column) },
  };
}
