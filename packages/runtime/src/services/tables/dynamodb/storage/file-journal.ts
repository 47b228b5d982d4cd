import { readJournalLines, type SkippedLine } from "../../../journal-lines.ts";
import { AppendFile } from "./append-file.ts";
import type { DatabaseJournal, JournalLine } from "./database-journal.ts";

/** What a journal may grow before it is worth writing again. */
const fewBytes = 16 * 1024 * 1024;

export interface FileJournalOptions {
  readonly file: string;
  /** Takes the lines of an earlier run, in order; throws for what is not one. */
  readonly take: (line: JournalLine) => void;
  readonly onSkipped: (skipped: SkippedLine) => void;
  readonly onFlushFailure: (error: Error) => void;
}

/**
 * Reads what an earlier run left and goes on behind it.
 * @throws when the file cannot be read or written
 */
export function openFileJournal(options: FileJournalOptions): DatabaseJournal & {
  /** Something could not be read: the journal is to be written again before it is added to. */
  readonly hasSkipped: boolean;
  readonly isNew: boolean;
} {
  let hasSkipped = false;
  const count = readJournalLines(
    options.file,
    // `take` judges it.
    (line) => options.take(line as JournalLine),
    (skipped) => {
      hasSkipped = true;
      options.onSkipped(skipped);
    },
  );
  const file = new AppendFile(options.file);
  let compactedBytes = file.bytes;
  return {
    hasSkipped,
    isNew: count === 0,
    get isWorthCompacting() {
      return file.bytes > fewBytes && file.bytes > 4 * compactedBytes;
    },
    append: (line) => file.append(`${JSON.stringify(line)}\n`),
    replace(lines) {
      file.replace(textOf(lines));
      compactedBytes = file.bytes;
    },
    flush: () => file.flush(options.onFlushFailure),
    close: () => file.close(),
  };
}

function* textOf(lines: Iterable<JournalLine>): Iterable<string> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`;
}
