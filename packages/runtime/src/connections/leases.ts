/**
 * A lease lets an environment post to a connection without waiting for each answer: it looks into
 * shared memory whether the connection still takes messages. Posts on a lease arrive as others do; that
 * the peer left meanwhile is not told, as API Gateway does not tell it either.
 */
export interface Lease {
  readonly slot: number;
  /** What the slot holds as long as the lease is good. */
  readonly token: number;
}

const slotCount = 65_536;

/** Shared by all threads: one number per open connection. */
export class Leases {
  readonly table: Int32Array = new Int32Array(
    new SharedArrayBuffer(slotCount * Int32Array.BYTES_PER_ELEMENT),
  );
  readonly #free: number[] = [];
  #next = 0;
  #token = 0;

  /** null: there are more connections than slots, which is slower and nothing else. */
  acquire(): Lease | null {
    const slot = this.#free.pop() ?? (this.#next < slotCount ? this.#next++ : null);
    if (slot === null) return null;
    // Never 0, which stands for "closed", and never the token of an earlier tenant.
    this.#token = (this.#token % 0x7f_ff_ff_fe) + 1;
    const lease = { slot, token: this.#token };
    Atomics.store(this.table, slot, lease.token);
    return lease;
  }

  /** The connection's buffer is filling: posts must wait for answers. */
  suspend(lease: Lease): void {
    Atomics.store(this.table, lease.slot, 0);
  }

  resume(lease: Lease): void {
    Atomics.store(this.table, lease.slot, lease.token);
  }

  release(lease: Lease): void {
    Atomics.store(this.table, lease.slot, 0);
    this.#free.push(lease.slot);
  }
}
