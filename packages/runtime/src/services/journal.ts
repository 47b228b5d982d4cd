import { mkdir, open, readFile, rename, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** Entries that must outlive a restart. */
export interface Journal<Entry> {
  /** What was kept when the journal was opened, oldest first. */
  readonly kept: ReadonlyMap<string, Entry>;
  /** Resolves once the entry is written. */
  put(key: string, entry: Entry): Promise<void>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

type Line<Entry> = readonly [key: string, entry: Entry] | readonly [key: string];

/** Nothing is kept: the services live in memory. */
export function createMemoryJournal<Entry>(): Journal<Entry> {
  return {
    kept: new Map(),
    put: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Lines before a journal is worth compacting. */
const fewLines = 1000;

/**
 * A line per change, appended in order. It is compacted when it is opened and when most of its lines are
 * of the past, through a rename, so that a stop half-way loses nothing.
 */
export async function openJournal<Entry>(file: string): Promise<Journal<Entry>> {
  await mkdir(dirname(file), { recursive: true });
  const kept = await readEntries<Entry>(file);
  await writeEntries(file, kept);
  return new FileJournal(file, kept, await open(file, "a"));
}

class FileJournal<Entry> implements Journal<Entry> {
  readonly kept: ReadonlyMap<string, Entry>;
  readonly #file: string;
  readonly #entries: Map<string, Entry>;
  #handle: FileHandle;
  #lines: number;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(file: string, kept: ReadonlyMap<string, Entry>, handle: FileHandle) {
    this.kept = kept;
    this.#file = file;
    this.#entries = new Map(kept);
    this.#handle = handle;
    this.#lines = kept.size;
  }

  put(key: string, entry: Entry): Promise<void> {
    this.#entries.set(key, entry);
    return this.#append([key, entry]);
  }

  remove(key: string): Promise<void> {
    this.#entries.delete(key);
    return this.#append([key]);
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => {
      // The writer that failed has been told; closing goes on.
    });
    await this.#handle.close();
  }

  #append(line: Line<Entry>): Promise<void> {
    const written = this.#next(() => this.#handle.appendFile(`${JSON.stringify(line)}\n`));
    this.#lines += 1;
    if (this.#lines > fewLines && this.#lines > 4 * this.#entries.size) {
      this.#lines = this.#entries.size;
      // Should it fail, the file is as it was, and the next writer meets what is wrong.
      void this.#next(() => this.#compact()).catch(() => {});
    }
    return written;
  }

  /** What follows in the queue is written once more, and changes nothing. */
  async #compact(): Promise<void> {
    await writeEntries(this.#file, this.#entries);
    const former = this.#handle;
    this.#handle = await open(this.#file, "a");
    await former.close();
  }

  #next<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(run, run);
    this.#tail = result;
    return result;
  }
}

async function writeEntries<Entry>(
  file: string,
  entries: ReadonlyMap<string, Entry>,
): Promise<void> {
  const compacted = `${file}.compacted`;
  await writeFile(compacted, [...entries].map((line) => `${JSON.stringify(line)}\n`).join(""));
  await rename(compacted, file);
}

async function readEntries<Entry>(file: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return entries;
    throw error;
  }
  // What follows the last newline is a write that a crash cut off: it was never acknowledged.
  for (const raw of text.split("\n").slice(0, -1)) {
    // The file is written only by FileJournal, in this shape.
    const [key, entry] = JSON.parse(raw) as Line<Entry>;
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }
  return entries;
}
