import type { Item } from "../values/attribute-value.ts";
import type { TableDefinition } from "./table-definition.ts";
import type { StreamRecord } from "./table-stream.ts";

/** A change of one item: put, deleted, or expired by time to live. */
export type JournalWrite =
  | readonly ["put", table: string, item: Item]
  | readonly ["delete" | "expire", table: string, key: Item];

/** A request of a transaction that was done, so that it is not done a second time. */
export interface DoneRequest {
  readonly token: string;
  /** Digest of its parameters. */
  readonly digest: string;
  readonly atMs: number;
}

/**
 * One line of the journal. A write is one line with all of its items; the records of streams follow from
 * it, so that neither can be lost without the other.
 */
export type JournalLine =
  | { readonly format: typeof journalFormat; readonly sequence: number }
  | { readonly table: TableDefinition }
  | { readonly drop: string }
  | {
      readonly atMs: number;
      /** Of the first record of a stream. */
      readonly sequence: number;
      readonly writes: readonly JournalWrite[];
      readonly request?: DoneRequest;
    }
  | {
      readonly stream: string;
      readonly records: readonly StreamRecord[];
      /** By function. */
      readonly delivered: Readonly<Record<string, number>>;
    }
  | { readonly delivered: number; readonly of: string; readonly by: string }
  | { readonly request: DoneRequest };

export const journalFormat = "arclet-tables-1";

/** Where lines go; `null` keeps everything in memory. */
export interface DatabaseJournal {
  /** @throws when it cannot be written; nothing of it is kept then */
  append(line: JournalLine): void;
  /** Whether most of what was written is of the past. */
  readonly isWorthCompacting: boolean;
  /** @throws when it cannot be written; the journal is then as it was */
  replace(lines: Iterable<JournalLine>): void;
  flush(): void;
  close(): void;
}
