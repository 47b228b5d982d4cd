import { messageEvent, type MessageFields, type MessageSender } from "../../message-event.ts";
import { NumberedIds } from "../../numbered-ids.ts";
import { MalformedBatchError, type BatchReader } from "./batch-reader.ts";
import { idsOf } from "./records.ts";
import type { WaitingInvocation } from "./waiting-invocations.ts";

interface Origin {
  readonly sender: MessageSender;
  readonly routeKey: string;
}

/** A message that has not begun: its event is made when it does. */
export interface WaitingMessage extends MessageFields {
  readonly sender: MessageSender;
  readonly requestTime: string;
}

// The function may replace it.
const { parse } = JSON;

/** The inside of `InvocationWriter`: puts invocations together again. */
export class InvocationReader {
  readonly #origins: Origin[] = [];
  #requestTime = "";
  /** Those of `idsOf`. */
  #invocationIds: NumberedIds | null = null;
  #messageIds: NumberedIds | null = null;

  /** Takes the fields of a `toChild.seed`. */
  keepSeed(reader: BatchReader): void {
    const kind = reader.byte();
    const ids = new NumberedIds([
      reader.number(),
      reader.number(),
      reader.number(),
      reader.number(),
    ]);
    if (kind === idsOf.invocation) this.#invocationIds = ids;
    else this.#messageIds = ids;
  }

  /** Takes the fields of a `toChild.origin`. */
  keepOrigin(reader: BatchReader): void {
    const slot = reader.number();
    this.#origins[slot] = {
      routeKey: reader.text(),
      sender: parse(reader.text()) as MessageSender,
    };
  }

  /** Takes the field of a `toChild.second`. */
  keepTime(reader: BatchReader): void {
    this.#requestTime = reader.text();
  }

  /** Takes the fields of a `toChild.invoke`. */
  read(reader: BatchReader): WaitingInvocation<WaitingMessage> {
    const number = reader.number();
    const requestId = known(this.#invocationIds).lambdaRequestId(reader.double());
    return { number, requestId, event: reader.text(), next: null };
  }

  /** Takes the fields of a `toChild.message`. */
  readMessage(reader: BatchReader): WaitingInvocation<WaitingMessage> {
    const number = reader.number();
    const requestId = known(this.#invocationIds).lambdaRequestId(reader.double());
    const messageNumber = reader.double();
    const ids = known(this.#messageIds);
    const { sender, routeKey } = this.#origin(reader.number());
    const event: WaitingMessage = {
      sender,
      routeKey,
      messageId: ids.messageId(messageNumber),
      requestId: ids.requestId(messageNumber),
      connectedAt: reader.double(),
      receivedAt: reader.double(),
      connectionId: reader.text(),
      body: reader.text(),
      requestTime: this.#requestTime,
    };
    return { number, requestId, event, next: null };
  }

  #origin(slot: number): Origin {
    const origin = this.#origins[slot];
    if (origin === undefined) throw new MalformedBatchError(`a message of place ${slot}`);
    return origin;
  }
}

function known(ids: NumberedIds | null): NumberedIds {
  if (ids === null) throw new MalformedBatchError("a number before its seed");
  return ids;
}

export function eventOf(message: WaitingMessage): object {
  return messageEvent(message.sender, message, message.requestTime);
}
