import type { Field } from "./protocol.ts";

/** Reads the fields of a batch one after another. */
export class RecordReader {
  #fields: readonly Field[] = [];
  #position = 0;

  open(fields: readonly Field[]): void {
    this.#fields = fields;
    this.#position = 0;
  }

  get hasMore(): boolean {
    return this.#position < this.#fields.length;
  }

  number(): number {
    const field = this.#fields[this.#position++];
    if (typeof field !== "number") throw new TypeError("a number was expected in a batch");
    return field;
  }

  text(): string {
    const field = this.#fields[this.#position++];
    if (typeof field !== "string") throw new TypeError("a text was expected in a batch");
    return field;
  }

  textOrNull(): string | null {
    const field = this.#fields[this.#position++];
    return typeof field === "string" ? field : null;
  }

  data(): string | Uint8Array {
    const field = this.#fields[this.#position++];
    if (typeof field === "string" || field instanceof Uint8Array) return field;
    throw new TypeError("text or bytes were expected in a batch");
  }
}
