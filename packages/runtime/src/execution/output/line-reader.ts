import { StringDecoder } from "node:string_decoder";

/**
 * Characters of a line at most, as many as an event of CloudWatch Logs has bytes; what follows is the next
 * one: who never writes a line feed must not fill the memory of whoever reads.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
const maximumLine = 1024 * 1024;

/** Cuts what is written to a stream into lines, each with its line feed. */
export class LineReader {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Characters may be split over chunks. */
  add(chunk: string | Uint8Array): void {
    const added =
      typeof chunk === "string"
        ? this.#decoder.end() + chunk
        : this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const text = this.#rest === "" ? added : this.#rest + added;
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      this.#onLine(text.slice(from, end + 1));
      from = end + 1;
    }
    this.#rest = text.slice(from);
    if (this.#rest.length >= maximumLine) this.flush();
  }

  /** Tells what was written without a line feed. */
  flush(): void {
    if (this.#rest === "") return;
    const rest = this.#rest;
    this.#rest = "";
    this.#onLine(rest);
  }

  /** Tells everything: half a character can no longer become whole. */
  end(): void {
    this.#rest += this.#decoder.end();
    this.flush();
  }
}
