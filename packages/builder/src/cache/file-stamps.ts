import { statSync, type BigIntStats } from "node:fs";

/** A file changed more recently than this may change again within the same tick of the file system clock. */
const settledAfterMs = 100;
/** Some file systems keep whole seconds only: FAT counts in steps of two. */
const settledAfterOnCoarseClockMs = 2000;

/** Identifies a file's content by times, size and inode. */
export function stampOf({ mtimeNs, ctimeNs, size, ino }: BigIntStats): string {
  return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
}

/** Whether a file had been unchanged long enough before `atMs` that its stamp identifies its content. */
export function isSettled({ mtimeNs, ctimeNs }: BigIntStats, atMs: number): boolean {
  const isCoarse = ctimeNs % 1_000_000_000n === 0n;
  const changedMs = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  return atMs - changedMs > (isCoarse ? settledAfterOnCoarseClockMs : settledAfterMs);
}

/** Stamps of many paths at one time; each path is checked once. */
export class FileStamps {
  readonly #found = new Map<string, BigIntStats | null>();

  /** Empty if nothing exists at `path`. */
  of(path: string): string {
    const found = this.stats(path);
    return found === null ? "" : stampOf(found);
  }

  /** null if nothing exists at `path`. */
  stats(path: string): BigIntStats | null {
    let found = this.#found.get(path);
    if (found === undefined) {
      found = lookAt(path);
      this.#found.set(path, found);
    }
    return found;
  }
}

function lookAt(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    // A file where a folder was (ENOTDIR), or a folder that may not be entered: nothing is found there.
    return null;
  }
}
