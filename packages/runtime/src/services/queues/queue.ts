import type {
  QueueMessageInput,
  QueueMessage,
  ReceivedMessage,
} from "../../lambda-events/queues.ts";
import { createHash, randomUUID } from "node:crypto";
import type { Clock, ClockTimer } from "../../clock.ts";
import type { Journal } from "../journal.ts";

export interface QueueSettings {
  readonly fifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  /** Receives after which a message is moved away; null never moves it. */
  readonly maxReceiveCount: number | null;
}

/** Result of a request with a receipt handle. */
export type ReceiptOutcome = "done" | "invalid" | "expired" | "not-in-flight";

/**
 * SQS remembers deduplication ids for five minutes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
const deduplicationMs = 300_000;

/** The messages of one SQS queue: order, visibility and deduplication. */
export class MessageQueue {
  settings: QueueSettings;
  readonly #clock: Clock;
  readonly #journal: Journal<QueueMessage>;
  readonly #messages = new Map<string, QueueMessage>();
  readonly #recent = new Map<string, QueueMessage>();
  readonly #onDead: (message: QueueMessage) => void;
  readonly #onSent: (message: QueueMessage) => void;
  readonly #watchers = new Set<() => void>();
  #wake: ClockTimer | null = null;
  /** Due time of the timer. It may wake too early, but never too late. */
  #wakeAt = Infinity;
  #sequence = 0n;

  constructor(
    settings: QueueSettings,
    clock: Clock,
    journal: Journal<QueueMessage>,
    onDead: (message: QueueMessage) => void,
    onSent: (message: QueueMessage) => void = () => {},
  ) {
    this.settings = settings;
    this.#clock = clock;
    this.#journal = journal;
    this.#onDead = onDead;
    this.#onSent = onSent;
    // Messages in flight stay hidden until their timeout, as on SQS when a consumer dies.
    for (const message of journal.kept.values()) {
      this.#messages.set(message.id, message);
      if (message.deduplicationId !== null) this.#recent.set(message.deduplicationId, message);
      const sequence = BigInt(message.sequenceNumber);
      if (sequence > this.#sequence) this.#sequence = sequence;
    }
  }

  get size(): number {
    return this.#messages.size;
  }

  /** Calls the listener when messages may have become receivable. Returns a function that unsubscribes. */
  watch(onVisible: () => void): () => void {
    this.#watchers.add(onVisible);
    this.#planNextWake();
    return () => {
      this.#watchers.delete(onVisible);
    };
  }

  all(): readonly QueueMessage[] {
    return [...this.#messages.values()];
  }

  /** Resolves once stored. With a repeated deduplication id, it resolves with the original message. */
  async send(input: QueueMessageInput): Promise<QueueMessage> {
    const now = this.#clock.now();
    const deduplicationId = this.settings.fifo
      ? (input.deduplicationId ?? createHash("sha256").update(input.body).digest("hex"))
      : null;
    const repeated = deduplicationId === null ? undefined : this.#repeatedOf(deduplicationId, now);
    if (repeated !== undefined) return repeated;
    this.#sequence += 1n;
    const message: QueueMessage = {
      ...input,
      deduplicationId,
      id: randomUUID(),
      sequenceNumber: this.#sequence.toString().padStart(20, "0"),
      sentAt: now,
      firstReceivedAt: null,
      receiveCount: 0,
      visibleAt: now + input.delaySeconds * 1000,
    };
    if (deduplicationId !== null) this.#recent.set(deduplicationId, message);
    try {
      await this.#journal.put(message.id, message);
    } catch (error) {
      // What was not taken in is not repeated by another try.
      if (deduplicationId !== null) this.#recent.delete(deduplicationId);
      throw error;
    }
    this.#messages.set(message.id, message);
    this.#onSent(message);
    this.#planWake(message.visibleAt);
    this.#notify();
    return message;
  }

  /**
   * Receives up to `limit` messages; in a FIFO queue, none of a group with a message in flight. They are hidden
   * immediately. The promise resolves when their receive counts are stored.
   */
  async receive(
    limit: number,
    visibilityTimeoutSeconds: number = this.settings.visibilityTimeoutSeconds,
  ): Promise<ReceivedMessage[]> {
    const now = this.#clock.now();
    const visibleAt = now + visibilityTimeoutSeconds * 1000;
    const received = this.#receivable(now, limit).map((message): ReceivedMessage => {
      const taken: QueueMessage = {
        ...message,
        receiveCount: message.receiveCount + 1,
        firstReceivedAt: message.firstReceivedAt ?? now,
        visibleAt,
      };
      this.#messages.set(taken.id, taken);
      return { message: taken, receiptHandle: receiptHandleOf(taken) };
    });
    if (received.length > 0) this.#planWake(visibleAt);
    await Promise.all(received.map(({ message }) => this.#journal.revise(message.id, message)));
    return received;
  }

  /** Number of receivable messages, counted up to `limit`. */
  receivableCount(limit: number = Infinity): number {
    return this.#receivable(this.#clock.now(), limit).length;
  }

  /** Deleting twice is fine, as in SQS. A FIFO queue takes only the handle of the newest receive. */
  async delete(receiptHandle: string): Promise<ReceiptOutcome> {
    const receipt = parseReceiptHandle(receiptHandle);
    if (receipt === null) return "invalid";
    const message = this.#messages.get(receipt.id);
    if (message === undefined) return "done";
    if (this.settings.fifo && message.receiveCount !== receipt.receiveCount) return "expired";
    await this.#remove(receipt.id);
    return "done";
  }

  async changeVisibility(receiptHandle: string, seconds: number): Promise<ReceiptOutcome> {
    const receipt = parseReceiptHandle(receiptHandle);
    if (receipt === null) return "invalid";
    const now = this.#clock.now();
    const message = this.#messages.get(receipt.id);
    if (message === undefined || message.visibleAt <= now) return "not-in-flight";
    if (message.receiveCount !== receipt.receiveCount) return "expired";
    const changed = { ...message, visibleAt: now + seconds * 1000 };
    this.#messages.set(message.id, changed);
    this.#planWake(changed.visibleAt);
    await this.#journal.revise(message.id, changed);
    this.#notify();
    return "done";
  }

  async purge(): Promise<void> {
    await Promise.all([...this.#messages.keys()].map((id) => this.#remove(id)));
  }

  close(): Promise<void> {
    this.#wake?.cancel();
    this.#watchers.clear();
    return this.#journal.close();
  }

  #repeatedOf(deduplicationId: string, now: number): QueueMessage | undefined {
    for (const [id, message] of this.#recent)
      if (now - message.sentAt >= deduplicationMs) this.#recent.delete(id);
    return this.#recent.get(deduplicationId);
  }

  #receivable(now: number, limit: number): QueueMessage[] {
    const busy = new Set<string>();
    const receivable: QueueMessage[] = [];
    for (const message of this.#messages.values()) {
      if (receivable.length >= limit) break;
      const group = this.settings.fifo ? message.groupId : null;
      if (group !== null && busy.has(group)) continue;
      if (message.visibleAt > now) {
        if (group !== null) busy.add(group);
        continue;
      }
      const { maxReceiveCount } = this.settings;
      if (maxReceiveCount !== null && message.receiveCount >= maxReceiveCount) {
        this.#messages.delete(message.id);
        this.#onDead(message);
        continue;
      }
      receivable.push(message);
    }
    return receivable;
  }

  async #remove(id: string): Promise<void> {
    if (!this.#messages.delete(id)) return;
    await this.#journal.remove(id);
    this.#notify();
  }

  /** Returns a message that could not be moved to another queue; it becomes visible again later. */
  takeBack(message: QueueMessage): void {
    const visibleAt = this.#clock.now() + this.settings.visibilityTimeoutSeconds * 1000;
    this.#messages.set(message.id, { ...message, visibleAt });
    this.#planWake(visibleAt);
  }

  /** Removes the record of a message that was moved to another queue. */
  forget(id: string): Promise<void> {
    return this.#journal.remove(id);
  }

  #notify(): void {
    for (const onVisible of this.#watchers) onVisible();
  }

  #planWake(at: number): void {
    const now = this.#clock.now();
    if (at <= now || at >= this.#wakeAt) return;
    this.#wake?.cancel();
    this.#wakeAt = at;
    this.#wake = this.#clock.after(at - now, () => {
      this.#wakeAt = Infinity;
      this.#planNextWake();
      this.#notify();
    });
  }

  #planNextWake(): void {
    const now = this.#clock.now();
    let next = Infinity;
    for (const { visibleAt } of this.#messages.values())
      if (visibleAt > now && visibleAt < next) next = visibleAt;
    this.#planWake(next);
  }
}

/** A receipt handle encodes the message and its receive count, so it needs no storage and survives a restart. */
function receiptHandleOf({ id, receiveCount }: QueueMessage): string {
  return Buffer.from(`${id}/${receiveCount}`).toString("base64");
}

function parseReceiptHandle(handle: string): { id: string; receiveCount: number } | null {
  const match = /^([0-9a-f-]{36})\/(\d+)$/.exec(Buffer.from(handle, "base64").toString());
  return match === null ? null : { id: match[1] ?? "", receiveCount: Number(match[2]) };
}
