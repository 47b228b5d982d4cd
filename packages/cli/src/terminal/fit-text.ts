// oxlint-disable-next-line no-control-regex -- the escape sequences of colours begin with one
const colors = /\u001B\[\d+m/g;
/** Source lines and their marks: `  12 │ const x`, `  > 3 │ throw`, `    | ^^^`. */
const sourceLine = /^\s*>?\s*\d*\s+[|│]/;

/** Columns that a text takes, colours aside. */
export function visibleLength(text: string): number {
  return text.replaceAll(colors, "").length;
}

/**
 * Text whose lines fit into a window: longer ones go on below, at a word and indented, so that they can
 * be read; lines of source are cut, so that they stay in place. null: nothing is changed.
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
  // Spaces stay with the word before, so that columns of a table stay apart.
  for (const word of line.match(/\s*\S+\s*/g) ?? []) {
    if (current !== "" && visibleLength((current + word).trimEnd()) > columns) {
      lines.push(current.trimEnd());
      current = indent + word.trimStart();
    } else current += word;
    // A path or an address longer than the window goes on in the next line.
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

/** The part of a text that takes at most so many columns. */
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
