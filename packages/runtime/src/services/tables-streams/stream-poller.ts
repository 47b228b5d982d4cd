import type { StreamPolling } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { sequenceNumberOf } from "../../lambda-events/tables-streams.ts";
import { failedItems } from "../failed-items.ts";
import { reportRemark, type ServiceContext } from "../service-context.ts";

/** A record's position in its stream. */
export interface StreamPosition {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly sequence: number;
}

/** What a poller does with the records of its stream. */
export interface StreamUse<Entry> {
  readonly polling: StreamPolling;
  /** Prefix of messages to the developer: `stream of chat`. */
  readonly subject: string;
  /** The event of a batch, as JSON text. */
  readonly event: (batch: readonly Entry[]) => string;
}

/** Lambda retries with exponential backoff. */
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/**
 * The event source mapping of one stream with one shard, so records stay in order. A failed batch is retried,
 * in halves if the source bisects, and blocks the records after it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
export class StreamPoller<Entry extends StreamPosition> {
  readonly #context: ServiceContext;
  readonly #functionId: string;
  readonly #settle: (done: readonly Entry[]) => Promise<void>;
  readonly #waiting: Entry[] = [];
  /** Sizes of the batches into which the first records were split. */
  readonly #pieces: number[] = [];
  #use: StreamUse<Entry> | null = null;
  /** Consecutive failures of the first batch. */
  #failures = 0;
  #timer: ClockTimer | null = null;
  #running: Promise<void> | null = null;
  #isActive = false;
  #isClosed = false;

  constructor(
    context: ServiceContext,
    functionId: string,
    settle: (done: readonly Entry[]) => Promise<void>,
  ) {
    this.#context = context;
    this.#functionId = functionId;
    this.#settle = settle;
  }

  update(use: StreamUse<Entry>): void {
    this.#use = use;
  }

  start(): void {
    this.#isActive = !this.#isClosed;
    this.poll();
  }

  pause(): void {
    this.#isActive = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  enqueue(record: Entry): void {
    this.#waiting.push(record);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.pause();
    await this.#running;
  }

  /** Delivers a batch, unless one is running, waiting for more records, or waiting for a retry. */
  poll(): void {
    const use = this.#use;
    const [first] = this.#waiting;
    if (!this.#isActive || use === null || first === undefined) return;
    if (this.#running !== null) return;
    const { polling: source } = use;
    const isFull = this.#waiting.length >= source.batchSize || this.#pieces.length > 0;
    if (this.#timer !== null) {
      // A full batch ends a window early, but not the wait before a retry.
      if (this.#failures > 0 || !isFull) return;
      this.#timer.cancel();
      this.#timer = null;
    }
    // The database uses the system clock, so a record may be in the future of a test's clock.
    const ageMs = Math.max(0, this.#context.clock.now() - first.at);
    const windowMs = source.batchWindowSeconds * 1000 - ageMs;
    if (this.#failures === 0 && !isFull && windowMs > 0) this.#wait(windowMs);
    else this.#hand(use);
  }

  #hand(use: StreamUse<Entry>): void {
    const run = this.#deliver(use).finally(() => {
      this.#running = null;
      this.poll();
    });
    this.#running = run;
    this.#context.traffic.report(run, use.subject);
  }

  async #deliver(use: StreamUse<Entry>): Promise<void> {
    const { polling: source } = use;
    const now = this.#context.clock.now();
    const expired = this.#waiting.findIndex(({ at }) => now - at < source.maxAgeSeconds * 1000);
    if (expired !== 0) {
      await this.#giveUp(
        expired === -1 ? this.#waiting.length : expired,
        `older than ${source.maxAgeSeconds} s`,
      );
      return;
    }
    const batch = this.#waiting.slice(0, this.#pieces[0] ?? source.batchSize);
    const result = await this.#context.invoker.invoke(this.#functionId, use.event(batch));
    const numbers = batch.map(sequenceNumberOf);
    const failed = !result.ok
      ? `${result.errorType}: ${result.errorMessage}`
      : source.reportsItemFailures
        ? failedItems(result.payload, new Set(numbers))
        : new Set<string>();
    if (typeof failed === "string") {
      await this.#fail(source, batch.length, failed);
      return;
    }
    // The lowest failed record is the checkpoint: those before it are done, the rest is delivered again.
    const checkpoint = numbers.findIndex((number) => failed.has(number));
    await this.#finish(checkpoint === -1 ? batch.length : checkpoint);
    if (checkpoint !== -1)
      await this.#fail(
        source,
        batch.length - checkpoint,
        `record ${numbers[checkpoint]} failed`,
        false,
      );
  }

  /** Removes the first records, which were delivered or dropped. */
  async #finish(count: number): Promise<void> {
    if (count === 0) return;
    const done = this.#waiting.splice(0, count);
    this.#failures = 0;
    for (let left = count; left > 0 && this.#pieces.length > 0;) {
      const [piece = 0] = this.#pieces;
      if (piece <= left) this.#pieces.shift();
      else this.#pieces[0] = piece - left;
      left -= piece;
    }
    await this.#settle(done);
  }

  async #giveUp(count: number, reason: string): Promise<void> {
    this.#report(`${count} record(s) dropped: ${reason}`);
    await this.#finish(count);
  }

  async #fail(source: StreamPolling, size: number, reason: string, splits = true): Promise<void> {
    if (splits && source.bisects && size > 1) {
      const half = Math.ceil(size / 2);
      if (this.#pieces.length > 0) this.#pieces.shift();
      this.#pieces.unshift(half, size - half);
    } else if (source.retries !== null && this.#failures >= source.retries) {
      await this.#giveUp(size, `${reason}, after ${this.#failures} retries`);
      return;
    } else if (this.#pieces.length === 0) this.#pieces.unshift(size);
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#report(`retries in ${delayMs / 1000} s: ${reason}`);
    if (this.#isActive) this.#wait(delayMs);
  }

  #wait(delayMs: number): void {
    this.#timer = this.#context.clock.after(delayMs, () => {
      this.#timer = null;
      this.poll();
    });
  }

  #report(text: string): void {
    reportRemark(this.#context, this.#functionId, `${this.#use?.subject ?? ""} ${text}`);
  }
}
