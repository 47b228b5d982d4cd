import type { Place, QueueSource } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { sqsEvent, type ReceivedMessage } from "../../lambda-events/queues.ts";
import type { MessageQueue } from "./queue.ts";
import { failedItems } from "../failed-items.ts";
import { reportRemark, type ServiceContext } from "../service-context.ts";

/** Concurrent batches of one queue; Lambda starts with five pollers. */
const maxConcurrentBatches = 5;

/** The event source mapping of one queue: collects batches, invokes the function, and deletes handled messages. */
export class QueuePoller {
  readonly #context: ServiceContext;
  readonly #messages: MessageQueue;
  readonly #running = new Set<Promise<void>>();
  #source: QueueSource;
  #queueName: string;
  #place: Place;
  #window: ClockTimer | null = null;
  #active = false;
  #unwatch: (() => void) | null = null;

  constructor(
    context: ServiceContext,
    messages: MessageQueue,
    source: QueueSource,
    queueName: string,
    place: Place,
  ) {
    this.#context = context;
    this.#messages = messages;
    this.#source = source;
    this.#queueName = queueName;
    this.#place = place;
  }

  update(source: QueueSource, queueName: string, place: Place): void {
    this.#source = source;
    this.#queueName = queueName;
    this.#place = place;
  }

  /** Takes what there is and what comes. */
  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#unwatch = this.#messages.watch(() => this.#poll());
    this.#poll();
  }

  pause(): void {
    this.#active = false;
    this.#unwatch?.();
    this.#unwatch = null;
    this.#window?.cancel();
    this.#window = null;
  }

  async close(): Promise<void> {
    this.pause();
    await Promise.all(this.#running);
  }

  #poll(): void {
    if (!this.#active || this.#window !== null || this.#running.size >= maxConcurrentBatches)
      return;
    const { batchSize, batchWindowSeconds } = this.#source;
    const count = this.#messages.receivableCount(batchSize);
    if (count === 0) return;
    if (batchWindowSeconds > 0 && count < batchSize) {
      this.#window = this.#context.clock.after(batchWindowSeconds * 1000, () => {
        this.#window = null;
        this.#take();
      });
      return;
    }
    this.#take();
  }

  #take(): void {
    const run = this.#run(this.#messages.receive(this.#source.batchSize)).finally(() => {
      this.#running.delete(run);
      this.#poll();
    });
    this.#running.add(run);
    this.#context.traffic.report(run, "queues");
    this.#poll();
  }

  async #run(receiving: Promise<readonly ReceivedMessage[]>): Promise<void> {
    const { functionId, name, reportsItemFailures } = this.#source;
    const batch = await receiving;
    if (batch.length === 0) return;
    const result = await this.#context.invoker.invoke(
      functionId,
      JSON.stringify(sqsEvent(batch, this.#queueName, this.#place)),
    );
    if (!result.ok) {
      reportRemark(
        this.#context,
        functionId,
        `${messageCount(batch.length)} of queue ${name} failed and will be delivered again: ${result.errorType}: ${result.errorMessage}`,
      );
      return;
    }
    const ids = new Set(batch.map(({ message }) => message.id));
    const failed = reportsItemFailures ? failedItems(result.payload, ids) : new Set<string>();
    if (typeof failed === "string") {
      reportRemark(
        this.#context,
        functionId,
        `${messageCount(batch.length)} of queue ${name} will be delivered again: ${failed}`,
      );
      return;
    }
    await Promise.all(
      batch
        .filter(({ message }) => !failed.has(message.id))
        .map(({ receiptHandle }) => this.#messages.delete(receiptHandle)),
    );
  }
}

function messageCount(count: number): string {
  return count === 1 ? "a message" : `${count} messages`;
}
