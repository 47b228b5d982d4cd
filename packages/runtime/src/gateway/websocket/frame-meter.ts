/** Bytes of a frame's header besides extended length and mask. */
const shortHeader = 2;

/**
 * Reads only the frame headers that pass by on a socket, to hold API Gateway's limit of one frame,
 * which the protocol library does not distinguish from the limit of a message. Every open connection
 * has one: it holds nothing but numbers.
 * https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class FrameMeter {
  readonly #limitBytes: number;
  /** Payload bytes still to pass over. */
  #skip = 0;
  #headerLength = 0;
  #first = 0;
  #second = 0;
  /** Of the payload, as far as the header has been read. */
  #length = 0;
  /** Whole messages that have begun before the frame at hand. */
  #messages = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * Takes what came in. Gives the number of good messages before a frame that is too long, and null
   * when there is none.
   */
  pass(chunk: Buffer): number | null {
    let exceededAfter: number | null = null;
    let position = 0;
    while (position < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - position);
        this.#skip -= step;
        position += step;
        continue;
      }
      if (!this.#isComplete(chunk[position++] ?? 0)) continue;
      this.#headerLength = 0;
      if (this.#length > this.#limitBytes) exceededAfter ??= this.#messages;
      // The last frame of a text, a binary or a continued message.
      if ((this.#first & 0x80) !== 0 && (this.#first & 0x0f) <= 2) this.#messages++;
      this.#skip = this.#length;
    }
    return exceededAfter;
  }

  /** Takes the header's next byte. */
  #isComplete(byte: number): boolean {
    const index = this.#headerLength++;
    if (index === 0) {
      this.#first = byte;
      return false;
    }
    if (index === 1) {
      this.#second = byte;
      const short = byte & 0x7f;
      this.#length = short < 126 ? short : 0;
    } else if (index < shortHeader + this.#extendedBytes) {
      this.#length = this.#length * 256 + byte;
    }
    const maskBytes = (this.#second & 0x80) === 0 ? 0 : 4;
    return this.#headerLength === shortHeader + this.#extendedBytes + maskBytes;
  }

  /** Bytes the length takes where seven bits are too few for it. */
  get #extendedBytes(): number {
    const short = this.#second & 0x7f;
    return short < 126 ? 0 : short === 126 ? 2 : 8;
  }
}
