import type { Location } from "./diagnostic.ts";

/** A range of a source text, as UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A source text with its file name. Lines and columns are computed on demand. */
export class SourceFile {
  /** Path as shown in messages. */
  readonly path: string;
  readonly text: string;
  #lineStarts: number[] | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  locate(span: Span, suggestion: string | null = null): Location {
    const starts = this.#starts();
    const index = lineIndexOf(starts, span.start);
    const lineStart = starts[index] ?? 0;
    const newline = this.text.indexOf("\n", lineStart);
    const lineEnd = newline === -1 ? this.text.length : newline;
    const lineText = this.text.slice(lineStart, lineEnd).replace(/\r$/, "");
    const end = Math.min(span.end, lineStart + lineText.length);
    return {
      file: this.path,
      line: index + 1,
      column: span.start - lineStart,
      length: Math.max(1, end - span.start),
      lineText,
      suggestion,
    };
  }

  #starts(): number[] {
    if (this.#lineStarts === null) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf("\n"); at !== -1; at = this.text.indexOf("\n", at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}

/** Index of the last line that starts at or before the offset. */
function lineIndexOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
