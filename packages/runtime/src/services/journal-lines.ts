import { closeSync, copyFileSync, openSync, readSync } from "node:fs";

/** A damaged line of a journal, caused by a crash or a failing disk. */
export interface SkippedLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Path of the copy of the damaged journal. */
  readonly copy: string;
}

const chunkBytes = 1024 * 1024;
const newline = 0x0a;

/**
 * Reads a journal, one JSON text a line. A line that cannot be read is skipped and reported: `take`
 * throws for what is JSON but not a line of this journal. The journal with such lines is copied first.
 * A missing file has no lines. Returns how many were read.
 * @throws when the file cannot be read
 */
export function readJournalLines(
  file: string,
  take: (line: unknown) => void,
  onSkipped: (skipped: SkippedLine) => void,
): number {
  let count = 0;
  let taken = 0;
  let copy: string | null = null;
  const skip = (): void => {
    if (copy === null) {
      copy = `${file}.damaged`;
      copyFileSync(file, copy);
    }
    onSkipped({ file, line: count, copy });
  };
  for (const { text, isWhole } of linesOf(file)) {
    count += 1;
    // What follows the last newline is a write that a crash cut off: it was never acknowledged.
    if (isWhole && takes(text, take)) taken += 1;
    else skip();
  }
  return taken;
}

function takes(text: string, take: (line: unknown) => void): boolean {
  try {
    take(JSON.parse(text));
    return true;
  } catch {
    return false;
  }
}

/** The lines of a file without reading all of it at once. */
function* linesOf(file: string): Iterable<{ readonly text: string; readonly isWhole: boolean }> {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  try {
    let rest: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const bytes = readSync(descriptor, chunk, 0, chunkBytes, null);
      if (bytes === 0) break;
      let start = 0;
      for (;;) {
        const end = chunk.subarray(0, bytes).indexOf(newline, start);
        if (end === -1) break;
        rest.push(chunk.subarray(start, end));
        yield { text: Buffer.concat(rest).toString(), isWhole: true };
        rest = [];
        start = end + 1;
      }
      if (start < bytes) rest.push(chunk.subarray(start, bytes));
    }
    if (rest.length > 0) yield { text: Buffer.concat(rest).toString(), isWhole: false };
  } finally {
    closeSync(descriptor);
  }
}
