import { ClfTime } from "../../clf-time.ts";
import type { Invocation, QueuedMessage } from "../../invocation.ts";
import type { NumberedIds } from "../../numbered-ids.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { MessageOrigins } from "./message-origins.ts";
import { idsOf, toChild } from "./records.ts";

/** Writes invocations for one environment: what many have in common goes there once. */
export class InvocationWriter {
  readonly #writer: BatchWriter;
  readonly #origins: MessageOrigins;
  readonly #time = new ClfTime();
  /** `requestTime` as the environment knows it. */
  #second = "";
  /** By `idsOf`: the ids of which the environment knows the seed. */
  readonly #ids: (NumberedIds | null)[] = [null, null];

  constructor(writer: BatchWriter) {
    this.#writer = writer;
    this.#origins = new MessageOrigins(writer);
  }

  /** `number`: the environment's own number of the invocation. */
  write(number: number, invocation: Invocation): void {
    this.#shareSeed(idsOf.invocation, invocation.ids);
    const { event } = invocation;
    if (typeof event !== "string") this.#writeMessage(number, invocation, event);
    else {
      const writer = this.#writer;
      writer.byte(toChild.invoke);
      writer.number(number);
      writer.double(invocation.number);
      writer.uncounted(event);
    }
  }

  #writeMessage(number: number, invocation: Invocation, message: QueuedMessage): void {
    const writer = this.#writer;
    this.#shareSeed(idsOf.message, message.ids);
    const slot = this.#origins.slotOf(message.sender, message.routeKey);
    this.#shareTime(message.receivedAt);
    writer.byte(toChild.message);
    writer.number(number);
    writer.double(invocation.number);
    writer.double(message.number);
    writer.number(slot);
    writer.double(message.connectedAt);
    writer.double(message.receivedAt);
    writer.ascii(message.connectionId);
    writer.text(message.body, message.bodyBytes);
  }

  #shareTime(receivedAt: number): void {
    const second = this.#time.at(receivedAt);
    if (second === this.#second) return;
    this.#second = second;
    this.#writer.byte(toChild.second);
    this.#writer.text(second);
  }

  #shareSeed(kind: number, ids: NumberedIds): void {
    if (this.#ids[kind] === ids) return;
    this.#ids[kind] = ids;
    this.#writer.byte(toChild.seed);
    this.#writer.byte(kind);
    for (const word of ids.seed) this.#writer.number(word >>> 0);
  }
}
