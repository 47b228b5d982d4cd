import { eventSources, localName, localPlace, type Manifest } from "@arclet/manifest";
import { streamEvent, type StreamChange } from "../../lambda-events/tables-streams.ts";
import type { ServiceContext } from "../service-context.ts";
import { StreamPoller } from "./stream-poller.ts";

/** A table's change, being delivered to one function. */
interface StreamRecord extends StreamChange {
  readonly functionId: string;
}

/** A function that reads the stream of a table, by its physical name. */
export interface StreamConsumer {
  readonly functionId: string;
  readonly table: string;
}

/** Confirms that a function has handled everything up to this record. */
export type OnDelivered = (consumer: StreamConsumer, sequence: number) => void;

/**
 * DynamoDB Streams to `@tables-streams` functions: each source reads all changes of its table, in order.
 * The database keeps them until every source is done with them.
 */
export class TableStreams {
  readonly #context: ServiceContext;
  readonly #onDelivered: OnDelivered;
  /** Pollers by function. Functions removed from the manifest keep their undelivered records. */
  readonly #pollers = new Map<string, StreamPoller<StreamRecord>>();
  #manifest: Manifest;
  #isStarted = false;

  constructor(context: ServiceContext, manifest: Manifest, onDelivered: OnDelivered) {
    this.#context = context;
    this.#manifest = manifest;
    this.#onDelivered = onDelivered;
    this.update(manifest);
  }

  /** Starts to invoke functions. */
  start(): void {
    this.#isStarted = true;
    this.update(this.#manifest);
  }

  update(manifest: Manifest): void {
    this.#manifest = manifest;
    const sources = eventSources(manifest).streams;
    const present = new Set(sources.map(({ functionId }) => functionId));
    for (const [functionId, poller] of this.#pollers) if (!present.has(functionId)) poller.pause();
    for (const source of sources) {
      const poller = this.#pollerOf(source.functionId);
      poller.update({
        polling: source,
        subject: `stream of ${source.table}`,
        event: (records) => JSON.stringify(streamEvent(records, localPlace(manifest))),
      });
      if (this.#isStarted) poller.start();
    }
  }

  consumers(): readonly StreamConsumer[] {
    return eventSources(this.#manifest).streams.map(({ functionId, table }) => ({
      functionId,
      table: localName(this.#manifest.app, table),
    }));
  }

  /** Accepts the next changes of a function's table. */
  accept(functionId: string, changes: readonly StreamChange[]): void {
    const poller = this.#pollerOf(functionId);
    for (const change of changes) poller.enqueue({ ...change, functionId });
    poller.poll();
  }

  /** Waits for running functions. Later changes are delivered at the next start. */
  async close(): Promise<void> {
    await Promise.all([...this.#pollers.values()].map((poller) => poller.close()));
  }

  #pollerOf(functionId: string): StreamPoller<StreamRecord> {
    const known = this.#pollers.get(functionId);
    if (known !== undefined) return known;
    const poller = new StreamPoller<StreamRecord>(this.#context, functionId, (done) => {
      const last = done.at(-1);
      if (last !== undefined) this.#onDelivered({ functionId, table: last.table }, last.sequence);
      return Promise.resolve();
    });
    this.#pollers.set(functionId, poller);
    return poller;
  }
}
