/** A member of at most one list, from which it can remove itself. */
export interface Linked<T extends Linked<T>> {
  list: LinkedList<T> | null;
  previous: T | null;
  next: T | null;
}

/** A list whose members hold the links: every operation takes constant time and allocates nothing. */
export class LinkedList<T extends Linked<T>> {
  #first: T | null = null;
  #last: T | null = null;
  #size = 0;

  get first(): T | null {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  /** Visits members in order; a member may be removed while it is visited. */
  *[Symbol.iterator](): Generator<T> {
    let member = this.#first;
    while (member !== null) {
      const { next } = member;
      yield member;
      member = next;
    }
  }

  push(member: T): void {
    this.insertBefore(null, member);
  }

  unshift(member: T): void {
    member.list?.remove(member);
    this.insertBefore(this.#first, member);
  }

  /** `other` is a member, and not the one that comes; null: at the end. */
  insertBefore(other: T | null, member: T): void {
    member.list?.remove(member);
    const previous = other === null ? this.#last : other.previous;
    member.list = this;
    member.previous = previous;
    member.next = other;
    if (other === null) this.#last = member;
    else other.previous = member;
    if (previous === null) this.#first = member;
    else previous.next = member;
    this.#size++;
  }

  shift(): T | null {
    const member = this.#first;
    if (member !== null) this.remove(member);
    return member;
  }

  /** Has no effect on a non-member. */
  remove(member: T): void {
    if (member.list !== this) return;
    const { previous, next } = member;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    member.list = null;
    member.previous = null;
    member.next = null;
    this.#size--;
  }
}
