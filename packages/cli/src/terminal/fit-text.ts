// oxlint-disable-next-line no-control-regex -- the escape sequences of colours begin with one
const colors = /\u001B\[\d+m/g;
/** Source lines and their marks: `  12 │ const x`, `  > 3 │ throw`, `    | ^^^`. */
const sourceLine = /^\s*>?\s*\d*\s+[|│]/;

/** Width of a text in columns, without color codes. */
export function visibleLength(text: string): number {
  return text.replaceAll(colors, "").length;
}

/**
 * Fits text into a window. Long lines wrap at a word and are indented; lines of source code are cut, so that
 * their markers stay aligned. `columns` null: the text is not changed.
 */
export function fitText(text: string, columns: number | null): string {
  if (columns === null) return text;
  return text
    .split("\n")
    .flatMap((line) => fitLine(line, columns))
    .join("\n");
}

function fitLine(line: string, columns: number): readonly string[] {
  if (visibleLength(line) <= columns) return [line];
  const plain = line.replaceAll(colors, "");
  if (sourceLine.test(plain)) return [cut(line, columns)];
  const indent = `${/^\s*/.exec(plain)?.[0] ?? ""}  `;
  const lines: string[] = [];
  let current = "";
  // Spaces belong to the word before them, so that the columns of a table stay apart.
  for (const word of line.match(/\s*\S+\s*/g) ?? []) {
    if (current !== "" && visibleLength((current + word).trimEnd()) > columns) {
      lines.push(current.trimEnd());
      current = indent + word.trimStart();
    } else current += word;
    // A path or address longer than the window continues on the next line.
    while (visibleLength(current.trimEnd()) > columns) {
      const head = upTo(current, columns);
      lines.push(head);
      current = indent + current.slice(head.length);
    }
  }
  lines.push(current.trimEnd());
  return lines;
}

function cut(line: string, columns: number): string {
  const head = upTo(line, columns - 1);
  const hasColor = head.length !== visibleLength(head);
  return `${head}…${hasColor ? "\u001B[0m" : ""}`;
}

/** Cuts a text to at most this many columns. */
function upTo(text: string, columns: number): string {
  let taken = 0;
  let end = 0;
  // oxlint-disable-next-line no-control-regex -- as above
  for (const [part] of text.matchAll(/\u001B\[\d+m|[\s\S]/g)) {
    if (!part.startsWith("\u001B")) taken++;
    if (taken > columns) break;
    end += part.length;
  }
  return text.slice(0, end);
}
