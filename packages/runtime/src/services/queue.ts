import { createHash, randomUUID } from "node:crypto";
import type { Clock, ClockTimer } from "../clock.ts";
import type { Journal } from "./journal.ts";

export interface QueueAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface QueueMessageInput {
  readonly body: string;
  readonly attributes: Readonly<Record<string, QueueAttribute>>;
  readonly delaySeconds: number;
  readonly groupId: string | null;
  readonly deduplicationId: string | null;
}

export interface QueueMessage extends QueueMessageInput {
  readonly id: string;
  readonly sequenceNumber: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number | null;
  readonly receiveCount: number;
  /** Epoch milliseconds from which on it can be received. */
  readonly visibleAt: number;
}

export interface ReceivedMessage {
  readonly message: QueueMessage;
  readonly receiptHandle: string;
}

export interface QueueSettings {
  readonly fifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  /** Receives after which a message is moved away; null never moves it. */
  readonly maxReceiveCount: number | null;
}

/** SQS keeps deduplication ids for five minutes. */
const deduplicationMs = 300_000;

/** The messages of one SQS queue: order, visibility, deduplication. Who takes them is not its business. */
export class MessageQueue {
  settings: QueueSettings;
  readonly #clock: Clock;
  readonly #journal: Journal<QueueMessage>;
  readonly #messages = new Map<string, QueueMessage>();
  readonly #receipts = new Map<string, string>();
  readonly #recent = new Map<string, { readonly at: number; readonly message: QueueMessage }>();
  readonly #onDead: (message: QueueMessage) => void;
  #onVisible: () => void = () => {};
  #wake: ClockTimer | null = null;
  #sequence = 0n;

  constructor(
    settings: QueueSettings,
    clock: Clock,
    journal: Journal<QueueMessage>,
    onDead: (message: QueueMessage) => void,
  ) {
    this.settings = settings;
    this.#clock = clock;
    this.#journal = journal;
    this.#onDead = onDead;
    for (const message of journal.kept.values()) {
      // Who had received it is gone.
      const visibleAt = message.receiveCount > 0 ? clock.now() : message.visibleAt;
      this.#messages.set(message.id, { ...message, visibleAt });
      const sequence = BigInt(message.sequenceNumber);
      if (sequence > this.#sequence) this.#sequence = sequence;
    }
  }

  get size(): number {
    return this.#messages.size;
  }

  /** Called whenever something may have become receivable. */
  watch(onVisible: () => void): void {
    this.#onVisible = onVisible;
    this.#changed();
  }

  all(): readonly QueueMessage[] {
    return [...this.#messages.values()];
  }

  /** Resolves once kept. A repeated deduplication id gives the message it repeats. */
  async send(input: QueueMessageInput): Promise<QueueMessage> {
    const now = this.#clock.now();
    const deduplicationId = this.settings.fifo
      ? (input.deduplicationId ?? createHash("sha256").update(input.body).digest("hex"))
      : null;
    if (deduplicationId !== null) {
      for (const [id, seen] of this.#recent)
        if (now - seen.at >= deduplicationMs) this.#recent.delete(id);
      const seen = this.#recent.get(deduplicationId);
      if (seen !== undefined) return seen.message;
    }
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
    if (deduplicationId !== null) this.#recent.set(deduplicationId, { at: now, message });
    await this.#journal.put(message.id, message);
    this.#messages.set(message.id, message);
    this.#changed();
    return message;
  }

  /** Takes up to `limit` messages; in a FIFO queue none of a group that has one in flight. */
  receive(
    limit: number,
    visibilityTimeoutSeconds: number = this.settings.visibilityTimeoutSeconds,
  ): ReceivedMessage[] {
    const now = this.#clock.now();
    const received: ReceivedMessage[] = [];
    for (const message of this.#receivable(now)) {
      if (received.length === limit) break;
      const taken: QueueMessage = {
        ...message,
        receiveCount: message.receiveCount + 1,
        firstReceivedAt: message.firstReceivedAt ?? now,
        visibleAt: now + visibilityTimeoutSeconds * 1000,
      };
      this.#messages.set(taken.id, taken);
      const receiptHandle = randomUUID();
      this.#receipts.set(receiptHandle, taken.id);
      received.push({ message: taken, receiptHandle });
    }
    this.#schedule();
    return received;
  }

  /** How many could be received now. */
  receivableCount(): number {
    return this.#receivable(this.#clock.now()).length;
  }

  /** False for a handle that was never given out. Deleting twice is fine, as in SQS. */
  async delete(receiptHandle: string): Promise<boolean> {
    const id = this.#receipts.get(receiptHandle);
    if (id === undefined) return false;
    await this.#remove(id);
    return true;
  }

  /** False for a handle that was never given out. */
  async changeVisibility(receiptHandle: string, seconds: number): Promise<boolean> {
    const id = this.#receipts.get(receiptHandle);
    const message = id === undefined ? undefined : this.#messages.get(id);
    if (message === undefined) return false;
    const changed = { ...message, visibleAt: this.#clock.now() + seconds * 1000 };
    this.#messages.set(message.id, changed);
    await this.#journal.put(message.id, changed);
    this.#changed();
    return true;
  }

  async purge(): Promise<void> {
    await Promise.all([...this.#messages.keys()].map((id) => this.#remove(id)));
  }

  close(): Promise<void> {
    this.#wake?.cancel();
    this.#onVisible = () => {};
    return this.#journal.close();
  }

  #receivable(now: number): QueueMessage[] {
    const busy = new Set<string>();
    const receivable: QueueMessage[] = [];
    for (const message of this.#messages.values()) {
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
    this.#changed();
  }

  /** Drops the record of a message that now lives in another queue. */
  forget(id: string): Promise<void> {
    return this.#journal.remove(id);
  }

  #changed(): void {
    this.#schedule();
    this.#onVisible();
  }

  #schedule(): void {
    this.#wake?.cancel();
    this.#wake = null;
    const now = this.#clock.now();
    let next = Infinity;
    for (const { visibleAt } of this.#messages.values())
      if (visibleAt > now && visibleAt < next) next = visibleAt;
    if (next !== Infinity) this.#wake = this.#clock.after(next - now, () => this.#changed());
  }
}

export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
