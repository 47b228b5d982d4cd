import { LinkedList, type Linked } from "../../linked-list.ts";
import type { PendingInvocation } from "./pending-invocation.ts";
import type { PooledEnvironment } from "./pooled-environment.ts";

/**
 * The invocations of one source, in order. Where the next one may go follows from the one that was handed
 * over last: there is nothing here that could outlive an environment.
 */
export class Lane implements Linked<Lane> {
  readonly source: object;
  readonly waiting: LinkedList<PendingInvocation> = new LinkedList<PendingInvocation>();
  /** Lanes that wait for the same: for any environment, or for a certain one. */
  list: LinkedList<Lane> | null = null;
  /** The environment that it waits for. */
  parkedAt: PooledEnvironment | null = null;
  previous: Lane | null = null;
  next: Lane | null = null;
  #handedOver: PendingInvocation | null = null;
  #environment: PooledEnvironment | null = null;

  constructor(source: object) {
    this.source = source;
  }

  /** The environment that the next one has to go to, behind others which have not begun there. Null: any. */
  get place(): PooledEnvironment | null {
    const last = this.#handedOver;
    const environment = this.#environment;
    const isThere = last !== null && environment !== null && last.place === environment;
    return isThere && !environment.hasBegun(last) ? environment : null;
  }

  /** Whether nothing of the source waits or runs. */
  get isEmpty(): boolean {
    return this.waiting.size === 0 && (this.#handedOver?.place ?? null) === null;
  }

  /** The next one, taken out. */
  take(): PendingInvocation | null {
    return this.waiting.shift();
  }

  /** It waits again, before those that came later. */
  putBack(invocation: PendingInvocation): void {
    let later = this.waiting.first;
    while (later !== null && later.number < invocation.number) later = later.next;
    this.waiting.insertBefore(later, invocation);
  }

  onHandedOver(invocation: PendingInvocation, environment: PooledEnvironment): void {
    this.#handedOver = invocation;
    this.#environment = environment;
  }

  /** `before`: the invocation of this lane that was handed to the same environment before it. */
  onGivenBack(invocation: PendingInvocation, before: PendingInvocation | null): void {
    if (this.#handedOver === invocation) this.#handedOver = before;
  }
}
