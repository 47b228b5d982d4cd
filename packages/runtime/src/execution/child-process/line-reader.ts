import { StringDecoder } from "node:string_decoder";

/** Cuts the bytes of a pipe into lines, each with its line feed. */
export class LineReader {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      this.#onLine(text.slice(from, end + 1));
      from = end + 1;
    }
    this.#rest = text.slice(from);
  }

  /** Tells what was written without a line feed. */
  flush(): void {
    if (this.#rest === "") return;
    this.#onLine(this.#rest);
    this.#rest = "";
  }
}
