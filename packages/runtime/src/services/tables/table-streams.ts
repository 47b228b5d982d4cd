import {
  type StreamRecord,
  streamEvent,
  type TableChange,
} from "../../lambda-events/stream-event.ts";
import { randomUUID } from "node:crypto";
import type { Manifest } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import type { Journal } from "../journal.ts";
import { physicalName } from "../../aws-names.ts";
import { journalFor, tellTraffic, type ServiceContext } from "../service-context.ts";

/** Records per invocation; what Architect deploys. */
const batchSize = 10;
/** Lambda retries a failed batch until it succeeds or is 24 hours old, and holds the rest back. */
const maxAgeMs = 86_400_000;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

interface Shard {
  readonly waiting: StreamRecord[];
  failures: number;
  busy: boolean;
}

/** DynamoDB Streams to `@tables-streams` functions: one shard per table, so order holds. */
export class TableStreams {
  readonly #context: ServiceContext;
  readonly #journal: Journal<StreamRecord>;
  readonly #shards = new Map<string, Shard>();
  readonly #timers = new Set<ClockTimer>();
  readonly #running = new Set<Promise<void>>();
  #functions: ReadonlyMap<string, string> = new Map();
  #sequence = 0;
  #isStarted = false;
  #closed = false;

  private constructor(context: ServiceContext, journal: Journal<StreamRecord>) {
    this.#context = context;
    this.#journal = journal;
  }

  static async open(context: ServiceContext, manifest: Manifest): Promise<TableStreams> {
    const streams = new TableStreams(
      context,
      await journalFor<StreamRecord>(context, "tables-streams"),
    );
    streams.update(manifest);
    for (const record of streams.#journal.kept.values()) streams.#enqueue(record);
    return streams;
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

  async accept(changes: readonly TableChange[]): Promise<void> {
    const at = this.#context.clock.now();
    const records = changes.map((change) => ({
      ...change,
      id: randomUUID().replaceAll("-", ""),
      at,
      sequence: (this.#sequence += 1),
    }));
    for (const record of records) this.#enqueue(record);
    await Promise.all(records.map((record) => this.#journal.put(record.id, record)));
    for (const { table } of records) this.#pump(table);
  }

  /** Waits for running functions; what comes from now on is kept for the next start. */
  async stop(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#journal.close();
  }

  #enqueue(record: StreamRecord): void {
    this.#sequence = Math.max(this.#sequence, record.sequence);
    const shard = this.#shards.get(record.table) ?? { waiting: [], failures: 0, busy: false };
    shard.waiting.push(record);
    this.#shards.set(record.table, shard);
  }

  #pump(table: string): void {
    const shard = this.#shards.get(table);
    const functionId = this.#functions.get(table);
    if (
      shard === undefined ||
      functionId === undefined ||
      shard.busy ||
      !this.#isStarted ||
      this.#closed ||
      shard.waiting.length === 0
    )
      return;
    shard.busy = true;
    const run = this.#deliver(table, shard, functionId).finally(() => this.#running.delete(run));
    this.#running.add(run);
    this.#context.traffic.report(run, "tables-streams");
  }

  async #deliver(table: string, shard: Shard, functionId: string): Promise<void> {
    const batch = shard.waiting.slice(0, batchSize);
    const result = await this.#context.invoker.invoke(
      functionId,
      JSON.stringify(streamEvent(batch)),
    );
    const now = this.#context.clock.now();
    const done = result.ok ? batch : batch.filter((record) => now - record.at >= maxAgeMs);
    shard.waiting.splice(0, done.length);
    await Promise.all(done.map((record) => this.#journal.remove(record.id)));
    if (result.ok || done.length > 0) {
      shard.failures = 0;
      shard.busy = false;
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
      shard.busy = false;
      this.#pump(table);
    });
    this.#timers.add(timer);
    if (this.#closed) timer.cancel();
  }
}
