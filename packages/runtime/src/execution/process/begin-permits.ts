import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
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
  /** Permits that are known to have been taken. */
  #taken = 0;
  #lookedAt = 0;
  #isClosed = false;

  constructor() {
    this.descriptor = openUnnamedFile();
  }

  grant(count: number): void {
    this.#granted += count;
    ftruncateSync(this.descriptor, this.#granted);
  }

  /** How many nobody has taken yet, as far as is known: never less than there are. */
  get unused(): number {
    const now = performance.now();
    if (now - this.#lookedAt >= freshMs && !this.#isClosed && this.#taken < this.#granted) {
      this.#lookedAt = now;
      this.#taken = Math.max(this.#taken, positionOf(this.descriptor));
    }
    return this.#granted - this.#taken;
  }

  /** Takes all that nobody has used. Gives how many those were. */
  takeBack(): number {
    if (this.#isClosed) return 0;
    let count = 0;
    for (;;) {
      const read = readSync(this.descriptor, unused, 0, unused.length, null);
      if (read === 0) break;
      count += read;
    }
    this.#taken = this.#granted;
    return count;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.descriptor);
  }
}

const unused = Buffer.alloc(4096);
/** How long a look at the position is good: it costs as much as several invocations. */
const freshMs = 1;

/** Where the next read begins; 0 where the system does not say: only Linux does. */
function positionOf(descriptor: number): number {
  try {
    // https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1");
    return Number(/^pos:\s+(\d+)$/m.exec(info)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

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
