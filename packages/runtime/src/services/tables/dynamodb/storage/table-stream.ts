import type { StreamChange } from "../../../../lambda-events/tables-streams.ts";
import type { Item } from "../values/attribute-value.ts";

/** A change of an item; the sequence counts those of all tables. */
export interface StreamRecord extends StreamChange {
  readonly keys: Item;
  readonly oldImage: Item | null;
  readonly newImage: Item | null;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const retentionMs = 24 * 3_600_000;
/** Older ones that every function has had are let go, so that memory stays small. */
const mostDelivered = 1000;

/** The records of a table's stream: a single shard, oldest first. */
export class TableStream {
  #records: StreamRecord[] = [];
  /** The last record that each function that reads the stream is done with. */
  readonly #delivered = new Map<string, number>();

  get records(): readonly StreamRecord[] {
    return this.#records;
  }

  get delivered(): ReadonlyMap<string, number> {
    return this.#delivered;
  }

  /** What a function has not had yet. */
  recordsFor(functionId: string): readonly StreamRecord[] {
    const delivered = this.#delivered.get(functionId) ?? 0;
    return this.#records.filter(({ sequence }) => sequence > delivered);
  }

  add(record: StreamRecord): void {
    this.#records.push(record);
    // In steps, so that adding stays cheap.
    if (this.#records.length % mostDelivered === 0) this.#trim(record.at);
  }

  /** Replaces what is known; for a start from the journal. */
  restore(records: readonly StreamRecord[], delivered: Readonly<Record<string, number>>): void {
    this.#records = [...records];
    for (const [functionId, sequence] of Object.entries(delivered))
      this.#delivered.set(functionId, sequence);
  }

  /** A function is done with everything up to this record. */
  deliver(functionId: string, sequence: number): void {
    this.#delivered.set(functionId, Math.max(this.#delivered.get(functionId) ?? 0, sequence));
  }

  #trim(now: number): void {
    const everywhere = Math.min(...this.#delivered.values());
    const surplus =
      this.#records.filter(({ sequence }) => sequence <= everywhere).length - mostDelivered;
    this.#records = this.#records.filter(
      ({ at, sequence }, index) =>
        at > now - retentionMs && (index >= surplus || sequence > everywhere),
    );
  }
}
