/** An environment with leases. It is notified of their end before anything that happens later. */
export interface LeaseHolder {
  /** Revokes a lease: posts must wait for answers again. Posts already on their way still arrive. */
  revoke(lease: Lease): void;
  /** The connection has ended; posts on the lease no longer arrive. */
  drop(lease: Lease): void;
}

/** The connection that a lease is for. */
export interface LeasedConnection {
  /**
   * Sends the bytes from `start` to `end` as one message. The four bytes in front of `start` may be
   * overwritten. The buffer then belongs to the connection: nothing else may change this part of it.
   */
  post(buffer: Buffer, start: number, end: number, isText: boolean): void;
}

/**
 * A lease lets an environment post to a connection without waiting for each answer, until it is revoked:
 * because the connection is closing, or because its buffer is filling and answers report the limit.
 * Posts on a lease arrive like others. If the client leaves in the meantime, no error is reported, as at
 * API Gateway.
 */
export class Lease {
  readonly connectionId: string;
  /** A unique number, shorter than the connection's id. */
  readonly number: number;
  readonly connection: LeasedConnection;
  #isOpen = true;
  /** Most connections receive posts from only one environment. */
  #holder: LeaseHolder | null = null;
  #others: Set<LeaseHolder> | null = null;

  constructor(connectionId: string, number: number, connection: LeasedConnection) {
    this.connectionId = connectionId;
    this.number = number;
    this.connection = connection;
  }

  /** Returns false if posts must wait for answers. */
  grantTo(holder: LeaseHolder): boolean {
    if (!this.#isOpen) return false;
    if (this.#holder === null) this.#holder = holder;
    else if (this.#holder !== holder) (this.#others ??= new Set()).add(holder);
    return true;
  }

  /** Removes an ended environment, so that connections that outlive it do not keep it in memory. */
  forget(holder: LeaseHolder): void {
    if (this.#holder === holder) this.#holder = null;
    this.#others?.delete(holder);
  }

  suspend(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#holder?.revoke(this);
    if (this.#others !== null) for (const other of this.#others) other.revoke(this);
  }

  resume(): void {
    this.#isOpen = true;
  }

  /** The connection has ended. */
  end(): void {
    this.suspend();
    this.#holder?.drop(this);
    if (this.#others !== null) for (const other of this.#others) other.drop(this);
    this.#holder = null;
    this.#others = null;
  }
}
