import { createHash } from "node:crypto";
import type { Place } from "@arclet/manifest";
import { notWritten } from "../../../disk-errors.ts";
import { resourceInUse, storageFailed, tableNotFound, tokenMismatch } from "../dynamo-error.ts";
import type { Item } from "../values/attribute-value.ts";
import { equalItems } from "../values/equal-values.ts";
import { itemBytes } from "../values/item-size.ts";
import type {
  DatabaseJournal,
  DoneRequest,
  JournalLine,
  JournalWrite,
} from "./database-journal.ts";
import { journalFormat } from "./database-journal.ts";
import type { StoredItem } from "./stored-item.ts";
import type { TableDefinition } from "./table-definition.ts";
import { Table } from "./table.ts";
import type { StreamRecord } from "./table-stream.ts";

/** What a write does to one item; null means no item. */
export interface Write {
  readonly table: Table;
  readonly before: StoredItem | null;
  readonly after: StoredItem | null;
  readonly isExpired?: boolean;
}

export interface DatabaseOptions {
  /** Region and account of ARNs. */
  readonly place: Place;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Takes the records of a table's stream as soon as they are kept. */
  readonly onRecords: (table: Table, records: readonly StreamRecord[]) => void;
}

/** DynamoDB remembers a `ClientRequestToken` for ten minutes. */
const tokenMs = 600_000;

/** All tables. Everything is in memory; a journal keeps what changes. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #tables = new Map<string, Table>();
  readonly #requests = new Map<string, DoneRequest>();
  #journal: DatabaseJournal | null = null;
  #sequence = 0;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  get place(): Place {
    return this.#options.place;
  }

  now(): number {
    return this.#options.now();
  }

  /** Takes a line of an earlier run. @throws for what is not one */
  restore(line: JournalLine): void {
    if ("format" in line) {
      if (line.format !== journalFormat) throw new Error(`unknown format ${String(line.format)}`);
      this.#sequence = line.sequence;
    } else if ("table" in line) this.#define(line.table);
    else if ("drop" in line) this.#tables.delete(line.drop);
    else if ("writes" in line) this.#restoreWrites(line);
    else if ("stream" in line)
      this.#known(line.stream).stream.restore(line.records, line.delivered);
    else if ("delivered" in line) this.#known(line.of).stream.deliver(line.by, line.delivered);
    else this.#requests.set(line.request.token, line.request);
  }

  /** Keeps what changes from now on; what is known already is written when `isComplete` is false. */
  keepIn(journal: DatabaseJournal, isComplete: boolean): void {
    if (!isComplete) journal.replace(this.#snapshot());
    this.#journal = journal;
  }

  tables(): Iterable<Table> {
    return this.#tables.values();
  }

  find(name: string): Table | undefined {
    return this.#tables.get(name);
  }

  /** @throws DynamoError `ResourceNotFoundException` */
  table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw tableNotFound();
    return table;
  }

  /** @throws DynamoError `ResourceInUseException` */
  create(definition: TableDefinition): Table {
    if (this.#tables.has(definition.name))
      throw resourceInUse(`Table already exists: ${definition.name}`);
    this.#append({ table: definition });
    return this.#define(definition);
  }

  /** Changes what is known of a table beside its items. */
  redefine(definition: TableDefinition): Table {
    this.#append({ table: definition });
    return this.#define(definition);
  }

  drop(table: Table): void {
    this.#append({ drop: table.name });
    this.#tables.delete(table.name);
  }

  /**
   * Does all writes or none.
   * @throws DynamoError `InternalServerError` when they cannot be kept
   */
  commit(writes: readonly Write[], request?: DoneRequest): void {
    // DynamoDB writes no record for a write that changes nothing.
    const effective = writes.filter(changesItem);
    if (effective.length === 0 && request === undefined) return;
    const atMs = this.now();
    if (this.#journal !== null)
      this.#append({
        atMs,
        sequence: this.#sequence,
        writes: effective.map(journalWrite),
        ...(request === undefined ? {} : { request }),
      });
    if (request !== undefined) this.#requests.set(request.token, request);
    for (const { table, records } of this.#apply(effective, atMs))
      this.#options.onRecords(table, records);
    if (this.#journal?.isWorthCompacting === true) this.#compact();
  }

  /** A function is done with the stream of a table up to this record. */
  deliver(table: Table, functionId: string, sequence: number): void {
    table.stream.deliver(functionId, sequence);
    // After a failed write some records come a second time, as they may on AWS.
    this.#journal?.append({ delivered: sequence, of: table.name, by: functionId });
  }

  /**
   * Whether a request with this token was done before.
   * @throws DynamoError `IdempotentParameterMismatchException` when that was another one
   */
  isDone(token: string, digest: string): boolean {
    const now = this.now();
    for (const [known, { atMs }] of this.#requests) {
      if (atMs > now - tokenMs) break;
      this.#requests.delete(known);
    }
    const request = this.#requests.get(token);
    if (request === undefined) return false;
    if (request.digest !== digest) throw tokenMismatch();
    return true;
  }

  flush(): void {
    this.#journal?.flush();
  }

  close(): void {
    this.#journal?.close();
    this.#journal = null;
  }

  #append(line: JournalLine): void {
    try {
      this.#journal?.append(line);
    } catch (error) {
      throw storageFailed(
        `${notWritten}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #compact(): void {
    try {
      this.#journal?.replace(this.#snapshot());
    } catch {
      // It is as it was, and grows on; the next write that fails says why.
    }
  }

  #define(definition: TableDefinition): Table {
    const existing = this.#tables.get(definition.name);
    if (existing === undefined) {
      const table = new Table(definition);
      this.#tables.set(definition.name, table);
      return table;
    }
    existing.define(definition);
    return existing;
  }

  /** Changes the tables and their streams. Records are those of streams that are on. */
  #apply(
    writes: readonly Write[],
    atMs: number,
  ): Iterable<{ readonly table: Table; readonly records: readonly StreamRecord[] }> {
    const byTable = new Map<Table, StreamRecord[]>();
    for (const { table, before, after, isExpired = false } of writes) {
      table.replace(before, after);
      if (table.definition.stream?.isEnabled !== true) continue;
      const record = this.#record(table, before, after, isExpired, atMs);
      table.stream.add(record);
      const records = byTable.get(table);
      if (records === undefined) byTable.set(table, [record]);
      else records.push(record);
    }
    return [...byTable].map(([table, records]) => ({ table, records }));
  }

  #record(
    table: Table,
    before: StoredItem | null,
    after: StoredItem | null,
    isExpired: boolean,
    atMs: number,
  ): StreamRecord {
    this.#sequence += 1;
    const keys = table.keyOf(after?.item ?? before?.item ?? {});
    return {
      table: table.name,
      id: createHash("md5").update(`${table.definition.id} ${this.#sequence}`).digest("hex"),
      sequence: this.#sequence,
      at: atMs,
      keys,
      oldImage: before?.item ?? null,
      newImage: after?.item ?? null,
      expired: isExpired,
      streamLabel: table.definition.stream?.label ?? "",
      sizeBytes: itemBytes(keys) + (before?.bytes ?? 0) + (after?.bytes ?? 0),
    };
  }

  #restoreWrites(line: Extract<JournalLine, { writes: unknown }>): void {
    this.#sequence = line.sequence;
    const writes = line.writes.map(([action, name, item]): Write => {
      const table = this.#known(name);
      const before = table.find(item) ?? null;
      return action === "put"
        ? { table, before, after: table.prepare(item) }
        : { table, before, after: null, isExpired: action === "expire" };
    });
    this.#apply(writes, line.atMs);
    if (line.request !== undefined) this.#requests.set(line.request.token, line.request);
  }

  #known(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`unknown table ${name}`);
    return table;
  }

  *#snapshot(): Iterable<JournalLine> {
    yield { format: journalFormat, sequence: this.#sequence };
    const atMs = this.now();
    for (const table of this.#tables.values()) {
      const { stream } = table.definition;
      // Items are put before the stream is on, so that they are not records.
      yield {
        table:
          stream === null
            ? table.definition
            : { ...table.definition, stream: { ...stream, isEnabled: false } },
      };
      for (const { item } of table.view.scan(null))
        yield { atMs, sequence: this.#sequence, writes: [["put", table.name, item]] };
      if (stream === null) continue;
      yield { table: table.definition };
      const { records, delivered } = table.stream;
      yield { stream: table.name, records, delivered: Object.fromEntries(delivered) };
    }
    for (const request of this.#requests.values()) yield { request };
  }
}

function changesItem({ before, after }: Write): boolean {
  if (before === null || after === null) return before !== after;
  return !equalItems(before.item, after.item);
}

function journalWrite({ table, before, after, isExpired }: Write): JournalWrite {
  if (after !== null) return ["put", table.name, after.item];
  const key: Item = table.keyOf(before?.item ?? {});
  return [isExpired === true ? "expire" : "delete", table.name, key];
}
