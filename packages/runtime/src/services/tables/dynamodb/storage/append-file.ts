import {
  closeSync,
  fdatasync,
  fsyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";

/**
 * A file that only grows, written at once: what `append` returned from outlives the end of the process,
 * however it comes. What the system holds back from the disk is sent to it by `flush`.
 */
export class AppendFile {
  readonly #path: string;
  #descriptor: number;
  #bytes: number;
  #isFlushed = true;
  /** A failed write left something behind that could not be taken back yet. */
  #hasRest = false;

  /** @throws when the file cannot be opened for writing */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, "a");
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Writes all of it or nothing.
   * @throws when it cannot be written; the file is then as it was before
   */
  append(text: string): void {
    const data = Buffer.from(text);
    if (this.#hasRest) ftruncateSync(this.#descriptor, this.#bytes);
    this.#hasRest = true;
    try {
      writeAll(this.#descriptor, data);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#bytes);
      this.#hasRest = false;
      throw error;
    }
    this.#hasRest = false;
    this.#bytes += data.length;
    this.#isFlushed = false;
  }

  /** Sends to the disk what was written since the last time, without waiting. */
  flush(onFailure: (error: Error) => void): void {
    if (this.#isFlushed) return;
    this.#isFlushed = true;
    fdatasync(this.#descriptor, (error) => {
      // A descriptor that was closed meanwhile was flushed by that.
      if (error !== null && error.code !== "EBADF") onFailure(error);
    });
  }

  /**
   * Replaces the whole content, through another file and a rename: a stop half-way loses nothing.
   * @throws when it cannot be written; the file is then as it was before
   */
  replace(lines: Iterable<string>): void {
    const path = `${this.#path}.compacted`;
    const descriptor = openSync(path, "w");
    let bytes = 0;
    try {
      let pending = "";
      for (const line of lines) {
        pending += line;
        if (pending.length < replaceBytes) continue;
        bytes += writeAll(descriptor, Buffer.from(pending));
        pending = "";
      }
      bytes += writeAll(descriptor, Buffer.from(pending));
      fsyncSync(descriptor);
      renameSync(path, this.#path);
    } catch (error) {
      closeSync(descriptor);
      // On a full disk it would take the room that is left.
      rmSync(path, { force: true });
      throw error;
    }
    closeSync(descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, "a");
    this.#bytes = bytes;
    this.#hasRest = false;
    this.#isFlushed = true;
  }

  close(): void {
    if (!this.#isFlushed) fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }
}

const replaceBytes = 1024 * 1024;

/** The system may take less than it is given. */
function writeAll(descriptor: number, data: Buffer): number {
  let written = 0;
  while (written < data.length) written += writeSync(descriptor, data, written);
  return data.length;
}
