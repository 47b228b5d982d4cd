import type { Lease } from "../../connections/leases.ts";

/** Connections an environment remembers leases of. */
const maximumLeases = 16_384;
/** Bytes that may be on the way unanswered; small beside a connection's send buffer. */
const unansweredBytes = 32 * 1024;
/** API Gateway's limit of a message; larger ones take the way on which they are refused. */
const messageBytes = 128 * 1024;

/** The leases of one environment, and how much it has posted on them since it last let others run. */
export class LeaseHolder {
  readonly #table: Int32Array;
  readonly #leases = new Map<string, Lease>();
  #postedBytes = 0;

  constructor(table: Int32Array) {
    this.#table = table;
  }

  keep(connectionId: string, lease: Lease): void {
    if (this.#leases.size >= maximumLeases) {
      for (const oldest of this.#leases.keys()) {
        this.#leases.delete(oldest);
        break;
      }
    }
    this.#leases.set(connectionId, lease);
  }

  /** Whether data may be posted without waiting for an answer. */
  canPost(connectionId: string, data: string | Uint8Array): boolean {
    const lease = this.#leases.get(connectionId);
    if (lease === undefined) return false;
    // A UTF-16 unit is at most three bytes.
    const bytes = typeof data === "string" ? data.length * 3 : data.byteLength;
    if (this.#postedBytes + bytes > unansweredBytes || bytes > messageBytes) return false;
    if (Atomics.load(this.#table, lease.slot) !== lease.token) {
      this.#leases.delete(connectionId);
      return false;
    }
    this.#postedBytes += bytes;
    return true;
  }

  /** What was posted has been handed over. */
  handedOver(): void {
    this.#postedBytes = 0;
  }
}
