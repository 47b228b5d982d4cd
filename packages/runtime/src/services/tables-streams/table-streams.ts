import { randomUUID } from "node:crypto";
import {
  eventSources,
  localName,
  localPlace,
  type Manifest,
  type StreamSource,
} from "@arclet/manifest";
import {
  streamEvent,
  type StreamChange,
  type TableChange,
} from "../../lambda-events/tables-streams.ts";
import { journalFor, type ServiceContext } from "../service-context.ts";
import type { Journal } from "../journal.ts";
import { StreamPoller } from "./stream-poller.ts";

/** A change of a table, on its way to one function. */
interface StreamRecord extends StreamChange {
  readonly functionId: string;
}

/** DynamoDB Streams to `@tables-streams` functions: each source reads all changes of its table, in order. */
export class TableStreams {
  readonly #context: ServiceContext;
  readonly #journal: Journal<StreamRecord>;
  /** By function. Those that left the manifest keep what they have not handed over. */
  readonly #pollers = new Map<string, StreamPoller<StreamRecord>>();
  #sources: readonly StreamSource[] = [];
  #manifest: Manifest;
  #sequence = 0;
  #isStarted = false;

  private constructor(context: ServiceContext, journal: Journal<StreamRecord>, manifest: Manifest) {
    this.#context = context;
    this.#journal = journal;
    this.#manifest = manifest;
  }

  static async open(context: ServiceContext, manifest: Manifest): Promise<TableStreams> {
    const journal = await journalFor<StreamRecord>(context, "tables-streams");
    const streams = new TableStreams(context, journal, manifest);
    for (const record of journal.kept.values()) {
      streams.#sequence = Math.max(streams.#sequence, record.sequence);
      streams.#pollerOf(record.functionId).enqueue(record);
    }
    streams.update(manifest);
    return streams;
  }

  /** Begins to invoke functions. */
  start(): void {
    this.#isStarted = true;
    this.update(this.#manifest);
  }

  update(manifest: Manifest): void {
    this.#manifest = manifest;
    this.#sources = eventSources(manifest).streams;
    const present = new Set(this.#sources.map(({ functionId }) => functionId));
    for (const [functionId, poller] of this.#pollers) if (!present.has(functionId)) poller.pause();
    for (const source of this.#sources) {
      const poller = this.#pollerOf(source.functionId);
      poller.update({
        polling: source,
        subject: `stream of ${source.table}`,
        event: (records) => JSON.stringify(streamEvent(records, localPlace(manifest))),
      });
      if (this.#isStarted) poller.start();
    }
  }

  /** Resolves once the changes are kept for every source of their tables. */
  async accept(changes: readonly TableChange[]): Promise<void> {
    const at = this.#context.clock.now();
    const records = changes.flatMap((change) => {
      const id = randomUUID().replaceAll("-", "");
      const sequence = (this.#sequence += 1);
      return this.#sources
        .filter(({ table }) => localName(this.#manifest.app, table) === change.table)
        .map(({ functionId }): StreamRecord => ({ ...change, id, at, sequence, functionId }));
    });
    for (const record of records) this.#pollerOf(record.functionId).enqueue(record);
    await Promise.all(records.map((record) => this.#journal.put(journalKey(record), record)));
    for (const { functionId } of records) this.#pollerOf(functionId).poll();
  }

  /** Waits for running functions; what comes from now on is kept for the next start. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pollers.values()].map((poller) => poller.close()));
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#journal.close();
  }

  #pollerOf(functionId: string): StreamPoller<StreamRecord> {
    const known = this.#pollers.get(functionId);
    if (known !== undefined) return known;
    const poller = new StreamPoller<StreamRecord>(this.#context, functionId, async (done) => {
      await Promise.all(done.map((record) => this.#journal.remove(journalKey(record))));
    });
    this.#pollers.set(functionId, poller);
    return poller;
  }
}

/** Each source of a table ends with a record on its own. */
function journalKey({ id, functionId }: StreamRecord): string {
  return `${id} ${functionId}`;
}
