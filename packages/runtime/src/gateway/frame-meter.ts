/**
 * Reads only the frame headers that pass by on a socket, to hold API Gateway's limit of one frame,
 * which the protocol library does not tell apart from the limit of a message.
 * https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class FrameMeter {
  readonly #limitBytes: number;
  readonly #onExceeded: (messages: number) => void;
  /** Payload bytes still to pass over. */
  #skip = 0;
  readonly #header: Buffer = Buffer.allocUnsafe(14);
  #headerLength = 0;
  /** Whole messages that have begun before the frame at hand. */
  #messages = 0;

  /** `onExceeded` gets the number of good messages that came before the frame. */
  constructor(limitBytes: number, onExceeded: (messages: number) => void) {
    this.#limitBytes = limitBytes;
    this.#onExceeded = onExceeded;
  }

  readonly pass = (chunk: Buffer): void => {
    let position = 0;
    while (position < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - position);
        this.#skip -= step;
        position += step;
        continue;
      }
      this.#header[this.#headerLength++] = chunk[position++] ?? 0;
      const payloadBytes = this.#payloadLength();
      if (payloadBytes === null) continue;
      this.#headerLength = 0;
      if (payloadBytes > this.#limitBytes) this.#onExceeded(this.#messages);
      // The last frame of a text, a binary or a continued message.
      const first = this.#header[0] ?? 0;
      if ((first & 0x80) !== 0 && (first & 0x0f) <= 2) this.#messages++;
      this.#skip = payloadBytes;
    }
  };

  /** Null until the header is complete. */
  #payloadLength(): number | null {
    if (this.#headerLength < 2) return null;
    const second = this.#header[1] ?? 0;
    const maskBytes = (second & 0x80) === 0 ? 0 : 4;
    const short = second & 0x7f;
    if (short < 126) return this.#headerLength < 2 + maskBytes ? null : short;
    if (short === 126) {
      return this.#headerLength < 4 + maskBytes ? null : this.#header.readUInt16BE(2);
    }
    return this.#headerLength < 10 + maskBytes ? null : Number(this.#header.readBigUInt64BE(2));
  }
}
