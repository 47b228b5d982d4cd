import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in memory, where a grant takes a seventh of the time. */
const memoryFolder = "/dev/shm";

/**
 * Permits to begin, one for each invocation that was handed over. Host and environment share an open file,
 * its position included: the file is as long as the number of permits ever granted, and whoever reads a
 * byte has taken a permit, with the kernel as the referee. So the host knows to the last one what an
 * environment has begun, even when that was killed, and can take back what has not begun from one that
 * never looks up from its work.
 */
export class BeginPermits {
  /** Is inherited by the process of the environment. */
  readonly descriptor: number;
  #granted = 0;
  #isClosed = false;

  constructor() {
    this.descriptor = openUnnamedFile();
  }

  grant(count: number): void {
    this.#granted += count;
    ftruncateSync(this.descriptor, this.#granted);
  }

  /** Takes all that nobody has used. Gives how many those were. */
  takeBack(): number {
    if (this.#isClosed) return 0;
    let count = 0;
    for (;;) {
      const read = readSync(this.descriptor, unused, 0, unused.length, null);
      if (read === 0) return count;
      count += read;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.descriptor);
  }
}

const unused = Buffer.alloc(4096);

function openUnnamedFile(): number {
  for (const folder of [memoryFolder, tmpdir()]) {
    let directory: string;
    try {
      directory = mkdtempSync(join(folder, "arclet-"));
    } catch (error) {
      if (folder === memoryFolder) continue;
      throw error;
    }
    try {
      return openSync(join(directory, "permits"), "wx+", 0o600);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  throw new Error("no folder for temporary files");
}
