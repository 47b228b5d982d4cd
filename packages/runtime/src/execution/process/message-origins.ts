import type { MessageSender } from "../../message-event.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { toChild } from "./records.ts";

/** Of one environment; what comes beyond takes the place of the oldest. */
const capacity = 1024;

interface Origin {
  readonly sender: MessageSender;
  readonly routeKey: string;
  readonly slot: number;
}

/**
 * Client and route of messages, which an environment keeps in numbered places, so that a message names only
 * the place. The pipe keeps the order: a message before a place is taken again means the former one.
 */
export class MessageOrigins {
  readonly #writer: BatchWriter;
  readonly #bySender = new Map<MessageSender, Map<string, Origin>>();
  readonly #bySlot: Origin[] = [];
  #next = 0;
  /** Most messages come from where the one before came. */
  #last: Origin | null = null;

  constructor(writer: BatchWriter) {
    this.#writer = writer;
  }

  /** The place, which is filled before if need be. */
  slotOf(sender: MessageSender, routeKey: string): number {
    const last = this.#last;
    if (last !== null && last.sender === sender && last.routeKey === routeKey) return last.slot;
    const origin = this.#bySender.get(sender)?.get(routeKey) ?? this.#keep(sender, routeKey);
    this.#last = origin;
    return origin.slot;
  }

  #keep(sender: MessageSender, routeKey: string): Origin {
    const slot = this.#next;
    this.#next = (slot + 1) % capacity;
    this.#drop(this.#bySlot[slot]);
    const origin = { sender, routeKey, slot };
    this.#bySlot[slot] = origin;
    const routes = this.#bySender.get(sender) ?? new Map<string, Origin>();
    routes.set(routeKey, origin);
    this.#bySender.set(sender, routes);
    this.#writer.byte(toChild.origin);
    this.#writer.number(slot);
    this.#writer.text(routeKey);
    this.#writer.text(JSON.stringify(sender));
    return origin;
  }

  #drop(origin: Origin | undefined): void {
    if (origin === undefined) return;
    const routes = this.#bySender.get(origin.sender);
    routes?.delete(origin.routeKey);
    if (routes?.size === 0) this.#bySender.delete(origin.sender);
  }
}
