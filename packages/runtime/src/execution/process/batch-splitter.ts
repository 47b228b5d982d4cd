import { MalformedBatchError } from "./batch-reader.ts";
import { maximumBatchBytes } from "./records.ts";

const headerBytes = 4;

/** Cuts what a pipe brings into batches. Only batches that came in pieces are copied. */
export class BatchSplitter {
  readonly #onBatch: (buffer: Buffer, start: number, end: number) => void;
  readonly #header = Buffer.alloc(headerBytes);
  #headerBytes = 0;
  /** The batch that came in part so far. */
  #partial: Buffer | null = null;
  #filled = 0;

  constructor(onBatch: (buffer: Buffer, start: number, end: number) => void) {
    this.#onBatch = onBatch;
  }

  /** Takes the first `length` bytes. @throws MalformedBatchError for a batch that is too long. */
  add(chunk: Buffer, length: number): void {
    let position = 0;
    while (position < length) {
      if (this.#partial !== null) {
        position += this.#fill(this.#partial, chunk, position, length);
        continue;
      }
      if (this.#headerBytes === 0 && length - position >= headerBytes) {
        const bytes = checked(chunk.readUInt32LE(position));
        position += headerBytes;
        if (bytes <= length - position) {
          this.#onBatch(chunk, position, position + bytes);
          position += bytes;
        } else {
          this.#begin(bytes);
        }
        continue;
      }
      this.#header[this.#headerBytes++] = chunk[position++] ?? 0;
      if (this.#headerBytes < headerBytes) continue;
      this.#headerBytes = 0;
      this.#begin(checked(this.#header.readUInt32LE(0)));
    }
  }

  #begin(bytes: number): void {
    this.#partial = Buffer.allocUnsafeSlow(bytes);
    this.#filled = 0;
  }

  #fill(partial: Buffer, chunk: Buffer, position: number, length: number): number {
    const step = Math.min(partial.length - this.#filled, length - position);
    chunk.copy(partial, this.#filled, position, position + step);
    this.#filled += step;
    if (this.#filled === partial.length) {
      this.#partial = null;
      this.#onBatch(partial, 0, partial.length);
    }
    return step;
  }
}

function checked(bytes: number): number {
  if (bytes === 0 || bytes > maximumBatchBytes)
    throw new MalformedBatchError(`a batch of ${bytes} bytes`);
  return bytes;
}
