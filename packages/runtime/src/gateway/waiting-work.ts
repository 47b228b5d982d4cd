/**
 * Counts the events that wait for a function or run in one, of all connections and requests of a gateway.
 * An event counts with the length of its JSON text, which is what it keeps in memory.
 */
export class WaitingWork {
  readonly #limit: number;
  #bytes = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From here on whoever has something waiting already is no longer read. */
  get isHigh(): boolean {
    return this.#bytes >= this.#limit / 2;
  }

  /** False: there is no room for it. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limit) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}
