import { messageEvent, type MessageFields, type MessageSender } from "../../message-event.ts";
import { MalformedBatchError, type BatchReader } from "./batch-reader.ts";

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

/** The inside of `MessageOrigins`: puts messages together again. */
export class MessageReader {
  readonly #origins: Origin[] = [];
  #requestTime = "";

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

  /** Takes the fields of a `toChild.message` behind Lambda's request id. */
  read(reader: BatchReader): WaitingMessage {
    const { sender, routeKey } = this.#origin(reader.number());
    const connectedAt = reader.double();
    const receivedAt = reader.double();
    const connectionIdLength = reader.byte();
    const messageIdLength = reader.byte();
    const ids = reader.text();
    const messageIdEnd = connectionIdLength + messageIdLength;
    return {
      sender,
      routeKey,
      messageId: ids.slice(connectionIdLength, messageIdEnd),
      requestId: ids.slice(messageIdEnd),
      connectionId: ids.slice(0, connectionIdLength),
      connectedAt,
      receivedAt,
      body: reader.text(),
      requestTime: this.#requestTime,
    };
  }

  #origin(slot: number): Origin {
    const origin = this.#origins[slot];
    if (origin === undefined) throw new MalformedBatchError(`a message of place ${slot}`);
    return origin;
  }
}

export function eventOf(message: WaitingMessage): object {
  return messageEvent(message.sender, message, message.requestTime);
}
