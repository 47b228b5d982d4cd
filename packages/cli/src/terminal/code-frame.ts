import type { Style } from "./style.ts";

/** A position in a source file. Lines and columns count from 1, as in stack traces. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Most characters shown of a line: a minified bundle is a single line of a megabyte. */
const maxLineLength = 160;

/** Source lines around a position, with the position marked. Empty if the line does not exist. */
export function codeFrame(
  source: string,
  { line, column }: Pick<SourcePosition, "line" | "column">,
  style: Style,
): readonly string[] {
  const lines = source.split(/\r?\n/);
  if (lines[line - 1] === undefined) return [];
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1] ?? "";
    const gutter = `${String(number).padStart(width)} │`;
    if (number !== line) {
      frame.push(style.dim(`  ${gutter} ${clip(text)}`.trimEnd()));
      continue;
    }
    frame.push(`${style.red(">")} ${style.dim(gutter)} ${clip(text)}`);
    if (column <= maxLineLength) {
      // Keep tabs before the position, so that the caret lines up in any terminal.
      const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
      frame.push(`  ${" ".repeat(width)} ${style.dim("│")} ${indent}${style.red("^")}`);
    }
  }
  return frame;
}

function clip(text: string): string {
  return text.length > maxLineLength ? `${text.slice(0, maxLineLength)}…` : text;
}
