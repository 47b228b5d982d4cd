import { LineReader } from "./line-reader.ts";

/** Lines of one stream, each with the invocation that wrote it. */
export class LabelledLines {
  readonly #reader: LineReader;
  #requestId: string | null = null;

  constructor(onLine: (requestId: string | null, line: string) => void) {
    this.#reader = new LineReader((line) => onLine(this.#requestId, line));
  }

  add(requestId: string | null, chunk: string | Uint8Array): void {
    // A line belongs to one invocation: what another one left open is reported first.
    if (requestId !== this.#requestId) this.#reader.flush();
    this.#requestId = requestId;
    this.#reader.add(chunk);
  }

  /** Tells the line that this invocation has left open, if it has. */
  flush(requestId: string): void {
    if (requestId === this.#requestId) this.#reader.flush();
  }

  end(): void {
    this.#reader.end();
  }
}
