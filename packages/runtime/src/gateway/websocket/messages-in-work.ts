import type { Clock, ClockTimer } from "../../clock.ts";
import type { SubmittedInvocation } from "../../execution/invoker.ts";
import type { QueuedMessage } from "../../invocation.ts";
import { clfTime } from "../../clf-time.ts";
import { messageEvent, type MessageSender } from "../../message-event.ts";
import type { WebSocketIdentity } from "../../lambda-events/ws.ts";
import type { NumberedIds } from "../../numbered-ids.ts";
import { LinkedList, type Linked } from "../../linked-list.ts";
import type { WaitingWork } from "../waiting-work.ts";

/** The connection that a message came over. */
export interface MessageOwner {
  readonly identity: WebSocketIdentity;
  readonly sender: MessageSender;
  /** The message waits for its function, or runs in it. */
  messageBegun(message: MessageInWork): void;
  /** Nobody waits for it any more. */
  messageEnded(message: MessageInWork): void;
  /** Its function did not answer in time. Followed by `messageEnded`. */
  messageTimedOut(requestId: string): void;
}

/** Characters of an event besides its body, about. */
const eventLength = 700;

/** A message whose function has not answered yet. Its event is written when the function takes it. */
export class MessageInWork implements Linked<MessageInWork>, QueuedMessage {
  readonly owner: MessageOwner;
  readonly ids: NumberedIds;
  readonly number: number;
  readonly routeKey: string;
  readonly body: string;
  readonly bodyBytes: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Null until it is submitted. */
  invocation: SubmittedInvocation | null = null;
  /** Its time was over before its function answered. */
  isLate = false;
  list: LinkedList<MessageInWork> | null = null;
  previous: MessageInWork | null = null;
  next: MessageInWork | null = null;

  constructor(
    owner: MessageOwner,
    ids: NumberedIds,
    number: number,
    routeKey: string,
    body: string,
    bodyBytes: number,
    receivedAt: number,
  ) {
    this.owner = owner;
    this.ids = ids;
    this.number = number;
    this.routeKey = routeKey;
    this.body = body;
    this.bodyBytes = bodyBytes;
    this.receivedAt = receivedAt;
  }

  get length(): number {
    return this.body.length + eventLength;
  }

  /** What it takes of the space for waiting work. */
  get bytes(): number {
    return this.length;
  }

  get requestId(): string {
    return this.ids.requestId(this.number);
  }

  get messageId(): string {
    return this.ids.messageId(this.number);
  }

  get sender(): MessageSender {
    return this.owner.sender;
  }

  get connectionId(): string {
    return this.owner.identity.connectionId;
  }

  get connectedAt(): number {
    return this.owner.identity.connectedAt;
  }

  toString(): string {
    return JSON.stringify(messageEvent(this.sender, this, clfTime(this.receivedAt)));
  }
}

/**
 * The messages in work of all connections, oldest first. All have the same time, so that one list and
 * one timer serve them, and an idle connection keeps neither. A message whose time is over, or whose
 * client is gone, leaves the list; unless it has begun, it never does.
 */
export class MessagesInWork {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #work: WaitingWork;
  readonly #onNeverBegun: (message: MessageInWork) => void;
  readonly #messages = new LinkedList<MessageInWork>();
  #timer: ClockTimer | null = null;

  /** `onNeverBegun` is called for each message that left before its function took it. */
  constructor(
    clock: Clock,
    timeoutMs: number,
    work: WaitingWork,
    onNeverBegun: (message: MessageInWork) => void,
  ) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#work = work;
    this.#onNeverBegun = onNeverBegun;
  }

  /** False: too much waits already. */
  add(message: MessageInWork): boolean {
    if (!this.#work.take(message.bytes)) return false;
    this.#messages.push(message);
    this.#timer ??= this.#clock.after(this.#timeoutMs, () => this.#expire());
    message.owner.messageBegun(message);
    return true;
  }

  /** Its function has answered, in time or not. */
  answered(message: MessageInWork): void {
    this.#work.release(message.bytes);
    this.#leave(message);
  }

  /** Its client is gone, or its time is over: it does not begin any more. */
  abandon(message: MessageInWork): void {
    const isWithdrawn = message.invocation?.withdraw() === true;
    if (isWithdrawn) this.#work.release(message.bytes);
    this.#leave(message);
    if (isWithdrawn) this.#onNeverBegun(message);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #leave(message: MessageInWork): void {
    if (message.list === null) return;
    this.#messages.remove(message);
    message.owner.messageEnded(message);
  }

  #expire(): void {
    this.#timer = null;
    for (let message = this.#messages.first; message !== null; message = this.#messages.first) {
      const remainingMs = message.receivedAt + this.#timeoutMs - this.#clock.now();
      if (remainingMs > 0) {
        this.#timer = this.#clock.after(remainingMs, () => this.#expire());
        return;
      }
      message.isLate = true;
      message.owner.messageTimedOut(message.requestId);
      this.abandon(message);
    }
  }
}
