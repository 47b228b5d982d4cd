import type { Manifest } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { physicalName } from "../../aws-names.ts";
import { tellTraffic, type ServiceContext } from "../service-context.ts";
import type { ConsumedRecord } from "../tables/dynamodb/worker-messages.ts";

/** Records per invocation; what Architect deploys. */
const batchSize = 10;
/** Lambda retries a failed batch until it succeeds or is 24 hours old, and holds the rest back. */
const maxAgeMs = 86_400_000;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

interface Shard {
  readonly waiting: ConsumedRecord[];
  failures: number;
  isBusy: boolean;
}

/** Says that functions have had the records of a table up to this one. */
export type OnDelivered = (table: string, sequence: number) => void;

/** DynamoDB Streams to `@tables-streams` functions: one shard per table, so order holds. */
export class TableStreams {
  readonly #context: ServiceContext;
  readonly #onDelivered: OnDelivered;
  readonly #shards = new Map<string, Shard>();
  readonly #timers = new Set<ClockTimer>();
  readonly #running = new Set<Promise<void>>();
  #functions: ReadonlyMap<string, string> = new Map();
  #isStarted = false;
  #isClosed = false;

  constructor(context: ServiceContext, manifest: Manifest, onDelivered: OnDelivered) {
    this.#context = context;
    this.#onDelivered = onDelivered;
    this.update(manifest);
  }

  /** Begins to invoke functions. */
  start(): void {
    this.#isStarted = true;
    for (const table of this.#shards.keys()) this.#pump(table);
  }

  update(manifest: Manifest): void {
    this.#functions = new Map(
      manifest.tableStreams.map(({ table, functionId }) => [
        physicalName(manifest.app, table),
        functionId,
      ]),
    );
  }

  /** Takes the next records of a table, which the database keeps until they were delivered. */
  accept(table: string, records: readonly ConsumedRecord[]): void {
    const shard = this.#shards.get(table) ?? { waiting: [], failures: 0, isBusy: false };
    shard.waiting.push(...records);
    this.#shards.set(table, shard);
    this.#pump(table);
  }

  /** Waits for running functions; what comes from now on is for the next start. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#running);
  }

  #pump(table: string): void {
    const shard = this.#shards.get(table);
    const functionId = this.#functions.get(table);
    if (
      shard === undefined ||
      functionId === undefined ||
      shard.isBusy ||
      !this.#isStarted ||
      this.#isClosed ||
      shard.waiting.length === 0
    )
      return;
    shard.isBusy = true;
    const run = this.#deliver(table, shard, functionId).finally(() => this.#running.delete(run));
    this.#running.add(run);
    this.#context.traffic.report(run, "tables-streams");
  }

  async #deliver(table: string, shard: Shard, functionId: string): Promise<void> {
    const batch = shard.waiting.slice(0, batchSize);
    const result = await this.#context.invoker.invoke(functionId, eventOf(batch));
    const now = this.#context.clock.now();
    const done = result.ok ? batch : batch.filter((record) => now - record.atMs >= maxAgeMs);
    shard.waiting.splice(0, done.length);
    const last = done.at(-1);
    if (last !== undefined) this.#onDelivered(table, last.sequence);
    if (result.ok || done.length > 0) {
      shard.failures = 0;
      shard.isBusy = false;
      this.#pump(table);
      return;
    }
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** shard.failures);
    shard.failures += 1;
    tellTraffic(
      this.#context,
      functionId,
      `stream of ${table} waits ${delayMs / 1000} s: ${result.errorType}: ${result.errorMessage}`,
    );
    const timer = this.#context.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      shard.isBusy = false;
      this.#pump(table);
    });
    this.#timers.add(timer);
    if (this.#isClosed) timer.cancel();
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
function eventOf(records: readonly ConsumedRecord[]): string {
  return `{"Records":[${records.map(({ text }) => text).join(",")}]}`;
}
