import type { StoredItem } from "../storage/stored-item.ts";
import { projectedItem, type Table } from "../storage/table.ts";
import { equalItems } from "../values/equal-values.ts";
import { itemBytes } from "../values/item-size.ts";

export type ReturnConsumedCapacity = "INDEXES" | "TOTAL" | "NONE";
type Kind = "Read" | "Write";

interface Usage {
  tableUnits: number;
  readonly indexUnits: Map<string, number>;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const readUnitBytes = 4096;
const writeUnitBytes = 1024;

/** Units for reading this much at once. A read of nothing costs as much as one of a small item. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / readUnitBytes)) * (isConsistent ? 1 : 0.5);
}

function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeUnitBytes));
}

/** Counts what a request consumes, when it asks for that. */
export class CapacityMeter {
  readonly #mode: ReturnConsumedCapacity;
  readonly #kind: Kind;
  /** Transactions do everything twice, and say of what kind it was. */
  readonly #isTransaction: boolean;
  readonly #usages = new Map<Table, Usage>();

  constructor(
    mode: ReturnConsumedCapacity | undefined,
    kind: Kind,
    options: { readonly isTransaction?: boolean } = {},
  ) {
    this.#mode = mode ?? "NONE";
    this.#kind = kind;
    this.#isTransaction = options.isTransaction ?? false;
  }

  read(table: Table, bytes: number, isConsistent: boolean): void {
    if (this.#mode === "NONE") return;
    this.#usage(table).tableUnits += this.#counted(readUnits(bytes, isConsistent));
  }

  readIndex(table: Table, index: string, bytes: number, isConsistent: boolean): void {
    if (this.#mode === "NONE") return;
    this.#addIndex(table, index, this.#counted(readUnits(bytes, isConsistent)));
  }

  /** A write, and what it changes in indexes. */
  write(table: Table, before: StoredItem | null, after: StoredItem | null): void {
    if (this.#mode === "NONE") return;
    const bytes = Math.max(before?.bytes ?? 0, after?.bytes ?? 0);
    this.#usage(table).tableUnits += this.#counted(writeUnits(bytes));
    for (const index of table.indexes.values()) {
      const old = before === null ? null : table.placeInIndex(index, before);
      const current = after === null ? null : table.placeInIndex(index, after);
      const removed = old === null || before === null ? null : projectedItem(index, before.item);
      const added = current === null || after === null ? null : projectedItem(index, after.item);
      const oldUnits = removed === null ? 0 : writeUnits(itemBytes(removed));
      const newUnits = added === null ? 0 : writeUnits(itemBytes(added));
      const isMoved = old?.partition !== current?.partition || old?.sort !== current?.sort;
      const isSame = removed !== null && added !== null && equalItems(removed, added);
      const units = isMoved ? oldUnits + newUnits : isSame ? 0 : Math.max(oldUnits, newUnits);
      if (units > 0) this.#addIndex(table, index.definition.name, this.#counted(units));
    }
  }

  /** For an answer about one table: nothing, or its `ConsumedCapacity`. */
  single(): object {
    const [capacity] = this.#capacities();
    return capacity === undefined ? {} : { ConsumedCapacity: capacity };
  }

  /** For an answer about several tables. */
  list(): object {
    return this.#mode === "NONE" ? {} : { ConsumedCapacity: this.#capacities() };
  }

  #capacities(): object[] {
    return [...this.#usages].map(([table, { tableUnits, indexUnits }]) => {
      const total = tableUnits + [...indexUnits.values()].reduce((sum, units) => sum + units, 0);
      return {
        TableName: table.name,
        ...this.#units(total),
        ...(this.#mode === "INDEXES"
          ? {
              Table: this.#units(tableUnits),
              ...this.#indexes(table, indexUnits, true),
              ...this.#indexes(table, indexUnits, false),
            }
          : {}),
      };
    });
  }

  #indexes(table: Table, indexUnits: ReadonlyMap<string, number>, isGlobal: boolean): object {
    const ofKind = [...indexUnits].filter(
      ([name]) => table.indexes.get(name)?.definition.isGlobal === isGlobal,
    );
    if (ofKind.length === 0) return {};
    const units = Object.fromEntries(ofKind.map(([name, count]) => [name, this.#units(count)]));
    return isGlobal ? { GlobalSecondaryIndexes: units } : { LocalSecondaryIndexes: units };
  }

  #units(count: number): object {
    return {
      CapacityUnits: count,
      ...(this.#isTransaction ? { [`${this.#kind}CapacityUnits`]: count } : {}),
    };
  }

  #counted(units: number): number {
    return this.#isTransaction ? 2 * units : units;
  }

  #addIndex(table: Table, index: string, units: number): void {
    const { indexUnits } = this.#usage(table);
    indexUnits.set(index, (indexUnits.get(index) ?? 0) + units);
  }

  #usage(table: Table): Usage {
    let usage = this.#usages.get(table);
    if (usage === undefined) {
      usage = { tableUnits: 0, indexUnits: new Map() };
      this.#usages.set(table, usage);
    }
    return usage;
  }
}
