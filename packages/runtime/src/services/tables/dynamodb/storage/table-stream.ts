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
  /** The last record that the table's functions have had; null: no function reads it. */
  #delivered: number | null = null;

  get records(): readonly StreamRecord[] {
    return this.#records;
  }

  get delivered(): number | null {
    return this.#delivered;
  }

  add(record: StreamRecord): void {
    this.#records.push(record);
    // In steps, so that adding stays cheap.
    if (this.#records.length % mostDelivered === 0) this.#trim(record.atMs);
  }

  /** Replaces what is known; for a start from the journal. */
  restore(records: readonly StreamRecord[], delivered: number | null): void {
    this.#records = [...records];
    this.#delivered = delivered;
  }

  /** Functions have had everything up to this record. */
  deliver(sequence: number): void {
    this.#delivered = Math.max(this.#delivered ?? 0, sequence);
  }

  clear(): void {
    this.#records = [];
  }

  #trim(nowMs: number): void {
    const isDelivered = ({ sequence }: StreamRecord): boolean =>
      sequence <= (this.#delivered ?? Infinity);
    const surplus = this.#records.filter(isDelivered).length - mostDelivered;
    this.#records = this.#records.filter(
      (record, index) =>
        record.atMs > nowMs - retentionMs && (index >= surplus || !isDelivered(record)),
    );
  }
}
