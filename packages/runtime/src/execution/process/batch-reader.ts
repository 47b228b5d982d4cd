/** What came over the pipe is not what a peer of this version writes. */
export class MalformedBatchError extends Error {
  override readonly name = "MalformedBatchError";
}

/** Reads the fields of a batch one after another. Every read is checked against the end of the batch. */
export class BatchReader {
  #buffer: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;

  open(buffer: Buffer, start: number, end: number): void {
    this.#buffer = buffer;
    this.#position = start;
    this.#end = end;
  }

  get hasMore(): boolean {
    return this.#position < this.#end;
  }

  /** @throws MalformedBatchError, as all that follow. */
  byte(): number {
    return this.#buffer[this.#pass(1)] ?? 0;
  }

  number(): number {
    return this.#buffer.readUInt32LE(this.#pass(4));
  }

  double(): number {
    return this.#buffer.readDoubleLE(this.#pass(8));
  }

  text(): string {
    const header = this.number();
    const bytes = header >>> 1;
    const start = this.#pass(bytes);
    const encoding = (header & 1) === 1 ? "latin1" : "utf8";
    return this.#buffer.toString(encoding, start, start + bytes);
  }

  /** A view, good as long as the batch is. */
  bytes(): Buffer {
    const length = this.number();
    const start = this.#pass(length);
    return this.#buffer.subarray(start, start + length);
  }

  /** Passes over what `bytes` would give. Gives where it begins: it ends at `position`. */
  skipBytes(): number {
    return this.#pass(this.number());
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  get position(): number {
    return this.#position;
  }

  #pass(bytes: number): number {
    const position = this.#position;
    if (bytes > this.#end - position) throw new MalformedBatchError("a batch ends within a field");
    this.#position = position + bytes;
    return position;
  }
}
