/** Bytes of the length in front of a batch. */
const headerBytes = 4;
/** Batches are cut from pieces of memory of this size. */
const slabBytes = 256 * 1024;
/** What is left of a piece when the next batch takes a new one. */
const sparedBytes = 16 * 1024;
/** From this length on a text is measured before it is written, instead of leaving three bytes a character. */
const longText = 4 * 1024;

/** Writes records one after another into a batch. */
export class BatchWriter {
  #buffer = Buffer.allocUnsafeSlow(slabBytes);
  #start = 0;
  #end = headerBytes;

  /** Bytes of the batch so far; 0 when it has no record. */
  get size(): number {
    return this.#end - this.#start - headerBytes;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#end++] = value;
  }

  /** Up to 32 bits, without a sign. */
  number(value: number): void {
    this.#reserve(4);
    this.#end = this.#buffer.writeUInt32LE(value, this.#end);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#end = this.#buffer.writeDoubleLE(value, this.#end);
  }

  /** Its length doubled, plus 1 when all of it is ASCII, which is read faster. `bytes`: as UTF-8. */
  text(value: string, bytes: number = Buffer.byteLength(value)): void {
    this.#reserve(4 + bytes);
    const isAscii = bytes === value.length;
    this.#buffer.writeUInt32LE(bytes * 2 + (isAscii ? 1 : 0), this.#end);
    this.#end += 4;
    if (isAscii) this.#buffer.write(value, this.#end, "latin1");
    else this.#buffer.write(value, this.#end, "utf8");
    this.#end += bytes;
  }

  /** The same for a text whose bytes nobody has counted, in one pass if it is not too long. */
  uncounted(value: string): void {
    if (value.length >= longText) {
      this.text(value);
      return;
    }
    this.#reserve(4 + value.length * 3);
    const bytes = this.#buffer.write(value, this.#end + 4, "utf8");
    this.#buffer.writeUInt32LE(bytes * 2 + (bytes === value.length ? 1 : 0), this.#end);
    this.#end += 4 + bytes;
  }

  /** A text that is known to be ASCII, to be read as any. */
  ascii(value: string): void {
    this.text(value, value.length);
  }

  /** UTF-8 of a text, to be read as bytes. */
  utf8(value: string): void {
    const bytes = value.length < longText ? value.length * 3 : Buffer.byteLength(value);
    this.#reserve(4 + bytes);
    const written = this.#buffer.write(value, this.#end + 4, "utf8");
    this.#buffer.writeUInt32LE(written, this.#end);
    this.#end += 4 + written;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(4 + value.byteLength);
    this.#buffer.writeUInt32LE(value.byteLength, this.#end);
    this.#buffer.set(value, this.#end + 4);
    this.#end += 4 + value.byteLength;
  }

  /** The finished batch; good until `release` or the next `take`. */
  take(): Buffer {
    this.#buffer.writeUInt32LE(this.size, this.#start);
    const batch = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    if (this.#buffer.length - this.#start < sparedBytes) this.#replace(slabBytes, 0);
    this.#end = this.#start + headerBytes;
    return batch;
  }

  /** The batch that was taken last is no longer needed: its place is used again. */
  release(batch: Buffer): void {
    if (batch.buffer !== this.#buffer.buffer || this.size > 0) return;
    this.#start = batch.byteOffset;
    this.#end = this.#start + headerBytes;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const used = this.#end - this.#start;
    this.#replace(Math.max(slabBytes, (used + bytes) * 2), used);
  }

  /** `used` bytes of the batch are kept. */
  #replace(size: number, used: number): void {
    const former = this.#buffer;
    this.#buffer = Buffer.allocUnsafeSlow(size);
    former.copy(this.#buffer, 0, this.#start, this.#start + used);
    this.#start = 0;
    this.#end = used;
  }
}
