import { sqsEvent, type ReceivedMessage } from "../../lambda-events/sqs-event.ts";
import type { Queue } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { type MessageQueue } from "./queue.ts";
import { arn } from "../../aws-names.ts";
import { tellTraffic, type ServiceContext } from "../service-context.ts";

/** Batches of one queue at a time; Lambda starts with five pollers. */
const maxConcurrentBatches = 5;

/** The event source mapping of one queue: gathers batches, invokes, deletes what the function took. */
export class QueuePoller {
  readonly #context: ServiceContext;
  readonly #messages: MessageQueue;
  readonly #running = new Set<Promise<void>>();
  #queue: Queue;
  #arn: string;
  #window: ClockTimer | null = null;
  #active = false;
  #unwatch: (() => void) | null = null;

  constructor(context: ServiceContext, messages: MessageQueue, queue: Queue, queueArn: string) {
    this.#context = context;
    this.#messages = messages;
    this.#queue = queue;
    this.#arn = queueArn;
  }

  update(queue: Queue, physicalName: string): void {
    this.#queue = queue;
    this.#arn = arn("sqs", physicalName);
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
    const count = this.#messages.receivableCount(this.#queue.batchSize);
    if (count === 0) return;
    if (this.#queue.batchWindow > 0 && count < this.#queue.batchSize) {
      this.#window = this.#context.clock.after(this.#queue.batchWindow * 1000, () => {
        this.#window = null;
        this.#take();
      });
      return;
    }
    this.#take();
  }

  #take(): void {
    const run = this.#run(this.#messages.receive(this.#queue.batchSize)).finally(() => {
      this.#running.delete(run);
      this.#poll();
    });
    this.#running.add(run);
    this.#context.traffic.report(run, "queues");
    this.#poll();
  }

  async #run(receiving: Promise<readonly ReceivedMessage[]>): Promise<void> {
    const { functionId } = this.#queue;
    const batch = await receiving;
    if (batch.length === 0) return;
    const result = await this.#context.invoker.invoke(
      functionId,
      JSON.stringify(sqsEvent(batch, this.#arn)),
    );
    if (!result.ok) {
      tellTraffic(
        this.#context,
        functionId,
        `${batch.length} message(s) of queue ${this.#queue.name} failed and will be seen again: ${result.errorType}: ${result.errorMessage}`,
      );
      return;
    }
    const failed = failedIds(result.payload);
    if (failed === "invalid") return;
    await Promise.all(
      batch
        .filter(({ message }) => !failed.has(message.id))
        .map(({ receiptHandle }) => this.#messages.delete(receiptHandle)),
    );
  }
}

/**
 * Partial batch response. A failure without an id, or an answer that is no such list, fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failedIds(payload: string): ReadonlySet<string> | "invalid" {
  const value: unknown = JSON.parse(payload === "" ? "null" : payload);
  if (typeof value !== "object" || value === null || !("batchItemFailures" in value))
    return new Set();
  if (value.batchItemFailures === null) return new Set();
  if (!Array.isArray(value.batchItemFailures)) return "invalid";
  const ids = new Set<string>();
  for (const failure of value.batchItemFailures as readonly unknown[]) {
    const id =
      typeof failure === "object" && failure !== null && "itemIdentifier" in failure
        ? failure.itemIdentifier
        : null;
    if (typeof id !== "string" || id === "") return "invalid";
    ids.add(id);
  }
  return ids;
}
