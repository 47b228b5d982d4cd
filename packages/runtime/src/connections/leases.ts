/** An environment that has leases, and hears that one has ended before anything that happened later. */
export interface LeaseHolder {
  revoke(connectionId: string): void;
}

/**
 * A lease lets an environment post to a connection without waiting for each answer, until it is revoked:
 * because the connection is closing, or because its buffer is filling and answers report the limit.
 * Posts on a lease arrive as others do; that the peer left meanwhile is not reported, as API Gateway does
 * not report it either.
 */
export class Lease {
  readonly #connectionId: string;
  #isOpen = true;
  /** Most connections are posted to from one environment. */
  #holder: LeaseHolder | null = null;
  #others: Set<LeaseHolder> | null = null;

  constructor(connectionId: string) {
    this.#connectionId = connectionId;
  }

  /** False: posts must wait for answers. */
  grantTo(holder: LeaseHolder): boolean {
    if (!this.#isOpen) return false;
    if (this.#holder === null) this.#holder = holder;
    else if (this.#holder !== holder) (this.#others ??= new Set()).add(holder);
    return true;
  }

  /** An environment has ended: it must not be kept by connections that outlive it. */
  forget(holder: LeaseHolder): void {
    if (this.#holder === holder) this.#holder = null;
    this.#others?.delete(holder);
  }

  suspend(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const [holder, others] = [this.#holder, this.#others];
    this.#holder = null;
    this.#others = null;
    holder?.revoke(this.#connectionId);
    if (others !== null) for (const other of others) other.revoke(this.#connectionId);
  }

  resume(): void {
    this.#isOpen = true;
  }
}
