/**
 * Tracks the memory of all waiting and running events of a gateway. An event counts with the length of its
 * JSON text.
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

  /** Beyond this, connections with waiting events are no longer read. */
  get isHigh(): boolean {
    return this.#bytes >= this.#limit / 2;
  }

  /** Returns false if there is no room for it. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limit) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}
