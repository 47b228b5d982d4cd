import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { notWritten } from "./disk-errors.ts";
import { readJournalLines, type SkippedLine } from "./journal-lines.ts";
import { reportRemark, type ServiceContext } from "./service-context.ts";

/** Entries that survive a restart. */
export interface Journal<Entry> {
  /** Entries found when the journal was opened, oldest first. */
  readonly kept: ReadonlyMap<string, Entry>;
  /** Resolves once the entry is written. Rejects with a `JournalError` if it cannot be written; it is then not stored. */
  put(key: string, entry: Entry): Promise<void>;
  /**
   * Updates a stored entry. A failure is only reported: after a restart, the previous state is found and its
   * effects happen again.
   */
  revise(key: string, entry: Entry): Promise<void>;
  /** Like `revise`: an entry that cannot be removed reappears after a restart. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** An entry could not be written to the disk. */
export class JournalError extends Error {
  constructor(cause: unknown) {
    super(`${notWritten}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "JournalError";
  }
}

export interface JournalReports {
  readonly onSkipped: (skipped: SkippedLine) => void;
  /** Reports a failed write of an unacknowledged change, once until a write succeeds again. */
  readonly onFailure: (error: JournalError) => void;
}

type Line<Entry> = readonly [key: string, entry: Entry] | readonly [key: string];

/** A journal that stores nothing, for services in memory. */
export function createMemoryJournal<Entry>(): Journal<Entry> {
  return {
    kept: new Map(),
    put: () => Promise.resolve(),
    revise: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Fewest lines for which a journal is compacted. */
const fewLines = 1000;
/** Writes up to this old may be lost if the machine, not only the process, crashes. */
const flushMs = 1000;

/**
 * A file with one line per change. It is compacted when opened and when most lines are outdated, through a
 * rename, so that a crash in between loses nothing. Damaged lines are skipped and reported.
 */
export async function openJournal<Entry>(
  file: string,
  reports: JournalReports = { onSkipped() {}, onFailure() {} },
): Promise<Journal<Entry>> {
  await mkdir(dirname(file), { recursive: true });
  const kept = new Map<string, Entry>();
  readJournalLines(file, (line) => take(kept, line), reports.onSkipped);
  await writeEntries(file, kept);
  const handle = await open(file, "a");
  return new FileJournal(file, kept, handle, (await handle.stat()).size, reports.onFailure);
}

/** The journal of a service; in memory without a data folder. */
export function journalFor<Entry>(context: ServiceContext, name: string): Promise<Journal<Entry>> {
  return context.dataDirectory === null
    ? Promise.resolve(createMemoryJournal<Entry>())
    : openJournal<Entry>(join(context.dataDirectory, `${name}.journal`), {
        onSkipped: (skipped) => reportSkipped(context, skipped),
        onFailure: ({ message }) => reportRemark(context, "data", message),
      });
}

/** Reports a skipped line. */
export function reportSkipped(context: ServiceContext, { file, line, copy }: SkippedLine): void {
  reportRemark(
    context,
    "data",
    `${file}:${line} is damaged, by a crash or the disk, and was skipped. ${copy} is a copy of the damaged file`,
  );
}

interface Appended {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class FileJournal<Entry> implements Journal<Entry> {
  readonly kept: ReadonlyMap<string, Entry>;
  readonly #file: string;
  readonly #entries: Map<string, Entry>;
  readonly #onFailure: JournalReports["onFailure"];
  #handle: FileHandle;
  #bytes: number;
  #lines: number;
  #pending: Appended[] = [];
  #tail: Promise<void> = Promise.resolve();
  #flush: NodeJS.Timeout | null = null;
  #isFailing = false;
  /** A failed write left something behind that could not be taken back yet. */
  #hasRest = false;

  constructor(
    file: string,
    kept: ReadonlyMap<string, Entry>,
    handle: FileHandle,
    bytes: number,
    onFailure: JournalReports["onFailure"],
  ) {
    this.#onFailure = onFailure;
    this.kept = kept;
    this.#file = file;
    this.#entries = new Map(kept);
    this.#handle = handle;
    this.#bytes = bytes;
    this.#lines = kept.size;
  }

  async put(key: string, entry: Entry): Promise<void> {
    const before = this.#entries.get(key);
    this.#entries.set(key, entry);
    try {
      await this.#append([key, entry]);
    } catch (error) {
      // Unless it has been overwritten since.
      if (this.#entries.get(key) === entry) {
        if (before === undefined) this.#entries.delete(key);
        else this.#entries.set(key, before);
      }
      throw error;
    }
  }

  async revise(key: string, entry: Entry): Promise<void> {
    this.#entries.set(key, entry);
    await this.#append([key, entry]).catch((error: unknown) => this.#report(error));
  }

  async remove(key: string): Promise<void> {
    this.#entries.delete(key);
    await this.#append([key]).catch((error: unknown) => this.#report(error));
  }

  async close(): Promise<void> {
    await this.#tail;
    if (this.#flush !== null) {
      clearTimeout(this.#flush);
      await this.#handle.datasync();
    }
    await this.#handle.close();
  }

  #append(line: Line<Entry>): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#pending.push({ text: `${JSON.stringify(line)}\n`, resolve, reject });
    });
    // Changes that arrive during a write are written together next.
    if (this.#pending.length === 1) this.#next(() => this.#write());
    this.#lines += 1;
    if (this.#lines > fewLines && this.#lines > 4 * this.#entries.size) {
      this.#lines = this.#entries.size;
      this.#next(() =>
        // If it fails, the file is unchanged, and the next write reports the error.
        this.#compact().catch(() => {}),
      );
    }
    return written;
  }

  /** Writes all waiting lines, or none of them. */
  async #write(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    const data = Buffer.from(batch.map(({ text }) => text).join(""));
    try {
      if (this.#hasRest) await this.#takeBack();
      this.#hasRest = true;
      await this.#handle.appendFile(data);
      this.#hasRest = false;
      this.#bytes += data.length;
      this.#isFailing = false;
      this.#planFlush();
      for (const { resolve } of batch) resolve();
    } catch (error) {
      await this.#takeBack().catch(() => {
        // Nothing is written behind it before that has succeeded.
      });
      for (const { reject } of batch) reject(new JournalError(error));
    }
  }

  async #takeBack(): Promise<void> {
    await this.#handle.truncate(this.#bytes);
    this.#hasRest = false;
  }

  #report(error: unknown): void {
    if (this.#isFailing || !(error instanceof JournalError)) return;
    this.#isFailing = true;
    this.#onFailure(error);
  }

  #planFlush(): void {
    this.#flush ??= setTimeout(() => {
      this.#flush = null;
      this.#next(() =>
        // A disk error is reported to the next writer.
        this.#handle.datasync().catch(() => {}),
      );
    }, flushMs);
    this.#flush.unref();
  }

  /** What follows in the queue is written once more, and changes nothing. */
  async #compact(): Promise<void> {
    await writeEntries(this.#file, this.#entries);
    const former = this.#handle;
    this.#handle = await open(this.#file, "a");
    this.#bytes = (await this.#handle.stat()).size;
    this.#hasRest = false;
    await former.close();
  }

  /** One after the other. What runs does not reject. */
  #next(run: () => Promise<void>): void {
    this.#tail = this.#tail.then(run);
  }
}

async function writeEntries<Entry>(
  file: string,
  entries: ReadonlyMap<string, Entry>,
): Promise<void> {
  const compacted = `${file}.compacted`;
  const handle = await open(compacted, "w");
  try {
    await handle.writeFile([...entries].map((line) => `${JSON.stringify(line)}\n`).join(""));
    await handle.datasync();
  } catch (error) {
    await handle.close();
    await rm(compacted, { force: true });
    throw error;
  }
  await handle.close();
  await rename(compacted, file);
}

/** @throws for what is not a line of this journal */
function take<Entry>(entries: Map<string, Entry>, line: unknown): void {
  if (!Array.isArray(line) || typeof line[0] !== "string") throw new Error("not an entry");
  // Written only by FileJournal, in this shape.
  const [key, entry] = line as unknown as Line<Entry>;
  if (entry === undefined) entries.delete(key);
  else entries.set(key, entry);
}
