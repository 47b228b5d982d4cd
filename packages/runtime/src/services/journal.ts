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

/** A line per change, appended in order. Opening compacts it through a rename, so a stop half-way loses nothing. */
export async function openJournal<Entry>(file: string): Promise<Journal<Entry>> {
  await mkdir(dirname(file), { recursive: true });
  const kept = await readEntries<Entry>(file);
  const compacted = `${file}.compacted`;
  await writeFile(compacted, [...kept].map((line) => `${JSON.stringify(line)}\n`).join(""));
  await rename(compacted, file);
  return new FileJournal(kept, await open(file, "a"));
}

class FileJournal<Entry> implements Journal<Entry> {
  readonly kept: ReadonlyMap<string, Entry>;
  readonly #handle: FileHandle;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(kept: ReadonlyMap<string, Entry>, handle: FileHandle) {
    this.kept = kept;
    this.#handle = handle;
  }

  put(key: string, entry: Entry): Promise<void> {
    return this.#append([key, entry]);
  }

  remove(key: string): Promise<void> {
    return this.#append([key]);
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => {
      // The writer that failed has been told; closing goes on.
    });
    await this.#handle.close();
  }

  #append(line: Line<Entry>): Promise<void> {
    const text = `${JSON.stringify(line)}\n`;
    const written = this.#tail.then(
      () => this.#handle.appendFile(text),
      () => this.#handle.appendFile(text),
    );
    this.#tail = written;
    return written;
  }
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
