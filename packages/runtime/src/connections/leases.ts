/** An environment that has leases, and hears of what becomes of them before anything that happens later. */
export interface LeaseHolder {
  /** Its posts must wait for answers again. Those that are on their way still arrive. */
  revoke(lease: Lease): void;
  /** Nothing arrives on it any more. */
  drop(lease: Lease): void;
}

/** The connection that a lease is for. */
export interface LeasedConnection {
  /**
   * Sends the bytes from `start` to `end` as one message. The four bytes in front of `start` may be
   * overwritten, and the buffer is the connection's from now on: nobody else changes this part of it.
   */
  post(buffer: Buffer, start: number, end: number, isText: boolean): void;
}

/**
 * A lease lets an environment post to a connection without waiting for each answer, until it is revoked:
 * because the connection is closing, or because its buffer is filling and answers report the limit.
 * Posts on a lease arrive as others do; that the peer left meanwhile is not reported, as API Gateway does
 * not report it either.
 */
export class Lease {
  readonly connectionId: string;
  /** Which no other lease has: shorter than the connection's id. */
  readonly number: number;
  readonly connection: LeasedConnection;
  #isOpen = true;
  /** Most connections are posted to from one environment. */
  #holder: LeaseHolder | null = null;
  #others: Set<LeaseHolder> | null = null;

  constructor(connectionId: string, number: number, connection: LeasedConnection) {
    this.connectionId = connectionId;
    this.number = number;
    this.connection = connection;
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
