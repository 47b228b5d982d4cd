import { ClfTime } from "../../clf-time.ts";
import type { QueuedMessage } from "../../invocation.ts";
import type { BatchWriter } from "./batch-writer.ts";
import { MessageOrigins } from "./message-origins.ts";
import { toChild } from "./records.ts";

/** Writes messages for one environment: what many have in common goes there once. */
export class MessageWriter {
  readonly #writer: BatchWriter;
  readonly #origins: MessageOrigins;
  readonly #time = new ClfTime();
  /** `requestTime` as the environment knows it. */
  #second = "";

  constructor(writer: BatchWriter) {
    this.#writer = writer;
    this.#origins = new MessageOrigins(writer);
  }

  /** `lambdaRequestId`: a UUID. */
  write(number: number, lambdaRequestId: string, message: QueuedMessage): void {
    const { sender, routeKey, connectionId, messageId, requestId } = message;
    const writer = this.#writer;
    const slot = this.#origins.slotOf(sender, routeKey);
    const second = this.#time.at(message.receivedAt);
    if (second !== this.#second) {
      this.#second = second;
      writer.byte(toChild.second);
      writer.text(second);
    }
    writer.byte(toChild.message);
    writer.number(number);
    writer.ascii(lambdaRequestId);
    writer.number(slot);
    writer.double(message.connectedAt);
    writer.double(message.receivedAt);
    writer.byte(connectionId.length);
    writer.byte(messageId.length);
    writer.ascii(connectionId + messageId + requestId);
    writer.text(message.body, message.bodyBytes);
  }
}
