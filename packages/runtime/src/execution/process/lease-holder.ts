import { SafeMap } from "./safe-collections.ts";

/** Connections an environment remembers leases of. */
const maximumLeases = 16_384;
/** Bytes that may be on the way unanswered; small beside a connection's send buffer. */
const unansweredBytes = 32 * 1024;
/** API Gateway's limit of a message; larger ones take the way on which they are refused. */
const messageBytes = 128 * 1024;

/** The leases of one environment, and how much it has posted on them that no answer has confirmed. */
export class LeaseHolder {
  /** Their numbers, by connection. */
  readonly #leases = new SafeMap<string, number>();
  /** By request, what had been posted when it was made. */
  readonly #marks = new SafeMap<number, number>();
  #postedBytes = 0;
  #confirmedBytes = 0;

  keep(connectionId: string, lease: number): void {
    // One that is forgotten is asked for again.
    if (this.#leases.size >= maximumLeases) this.#leases.clear();
    this.#leases.set(connectionId, lease);
  }

  revoke(connectionId: string): void {
    this.#leases.delete(connectionId);
  }

  /** The lease on which data may be posted without waiting for an answer; null: it must wait. */
  leaseFor(connectionId: string, data: string | Uint8Array): number | null {
    const lease = this.#leases.get(connectionId);
    if (lease === undefined) return null;
    // A UTF-16 unit is at most three bytes.
    const bytes = typeof data === "string" ? data.length * 3 : data.byteLength;
    if (this.#postedBytes - this.#confirmedBytes + bytes > unansweredBytes || bytes > messageBytes)
      return null;
    this.#postedBytes += bytes;
    return lease;
  }

  /** A request goes out behind all that was posted. */
  requested(number: number): void {
    if (this.#postedBytes > this.#confirmedBytes) this.#marks.set(number, this.#postedBytes);
  }

  /** Its answer shows that the host has seen what came before it. */
  answered(number: number): void {
    const mark = this.#marks.get(number);
    if (mark === undefined) return;
    this.#marks.delete(number);
    if (mark > this.#confirmedBytes) this.#confirmedBytes = mark;
  }
}
