import {
  attributeOf,
  pickAttributes,
  type AttributeValue,
  type Item,
  type KeyType,
} from "../values/attribute-value.ts";
import { itemBytes } from "../values/item-size.ts";
import { keyOrder } from "../values/key-order.ts";
import { OrderedView, type Place } from "./ordered-view.ts";
import type { StoredItem } from "./stored-item.ts";
import type { IndexDefinition, KeySchemaElement, TableDefinition } from "./table-definition.ts";
import { TableStream } from "./table-stream.ts";

/** The keys of a table or index. */
export interface Keys {
  readonly partition: string;
  readonly sort: string | null;
}

export interface Index {
  readonly definition: IndexDefinition;
  readonly keys: Keys;
  readonly view: OrderedView;
  /** Names of projected attributes; null: all. */
  readonly projected: readonly string[] | null;
}

/** A table with its items and indexes. Only `Database` changes one. */
export class Table {
  readonly view: OrderedView = new OrderedView();
  readonly keys: Keys;
  readonly keyNames: readonly string[];
  readonly stream: TableStream = new TableStream();
  #definition: TableDefinition;
  #indexes: ReadonlyMap<string, Index> = new Map();
  #types: ReadonlyMap<string, KeyType> = new Map();
  #bytes = 0;

  constructor(definition: TableDefinition) {
    this.#definition = definition;
    this.keys = keysOf(definition.keySchema);
    this.keyNames = definition.keySchema.map((key) => key.AttributeName);
    this.define(definition);
  }

  get name(): string {
    return this.#definition.name;
  }

  get definition(): TableDefinition {
    return this.#definition;
  }

  get indexes(): ReadonlyMap<string, Index> {
    return this.#indexes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get hasLocalIndexes(): boolean {
    return this.#definition.indexes.some((index) => !index.isGlobal);
  }

  typeOfKey(name: string): KeyType {
    return this.#types.get(name) ?? "S";
  }

  /** Takes another definition; indexes that are new are filled. */
  define(definition: TableDefinition): void {
    this.#definition = definition;
    this.#types = new Map(
      definition.attributes.map((attribute) => [attribute.AttributeName, attribute.AttributeType]),
    );
    this.#indexes = new Map(
      definition.indexes.map((index) => [
        index.name,
        this.#indexes.get(index.name) ?? this.#filledIndex(index),
      ]),
    );
  }

  /** The item as it would be stored. */
  prepare(item: Item, bytes: number = itemBytes(item)): StoredItem {
    return {
      item,
      bytes,
      partition: orderOf(item, this.keys.partition),
      sort: orderOf(item, this.keys.sort),
    };
  }

  find(key: Item): StoredItem | undefined {
    return this.view.get(this.placeOfKey(key));
  }

  placeOfKey(key: Item): Place {
    return {
      partition: orderOf(key, this.keys.partition),
      sort: orderOf(key, this.keys.sort),
      identity: "",
    };
  }

  /** Where an item lies in an index; null: it lacks one of the index's keys. */
  placeInIndex(index: Index, stored: StoredItem): Place | null {
    const { partition, sort } = index.keys;
    const partitionValue = this.#keyValue(stored.item, partition);
    if (partitionValue === undefined) return null;
    const sortValue = sort === null ? null : this.#keyValue(stored.item, sort);
    if (sortValue === undefined) return null;
    return {
      partition: keyOrder(partitionValue),
      sort: sortValue === null ? "" : keyOrder(sortValue),
      identity: identityOfKey(stored),
    };
  }

  keyOf(item: Item): Item {
    return pickAttributes(item, this.keyNames);
  }

  /** Replaces what was stored; null means nothing. */
  replace(before: StoredItem | null, after: StoredItem | null): void {
    this.#bytes += (after?.bytes ?? 0) - (before?.bytes ?? 0);
    if (after !== null) this.view.put(placeOf(after), after);
    else if (before !== null) this.view.delete(placeOf(before));
    for (const index of this.#indexes.values()) {
      const old = before === null ? null : this.placeInIndex(index, before);
      const current = after === null ? null : this.placeInIndex(index, after);
      if (old !== null) index.view.delete(old);
      if (current !== null && after !== null) index.view.put(current, after);
    }
  }

  #filledIndex(definition: IndexDefinition): Index {
    const index: Index = {
      definition,
      keys: keysOf(definition.keySchema),
      view: new OrderedView(),
      projected: projectedNames(definition, this.keyNames),
    };
    for (const stored of this.view.scan(null)) {
      const place = this.placeInIndex(index, stored);
      if (place !== null) index.view.put(place, stored);
    }
    return index;
  }

  /** Items written before an index existed may hold other types; the index passes them over. */
  #keyValue(item: Item, name: string): AttributeValue | undefined {
    const value = attributeOf(item, name);
    const key = value?.[this.typeOfKey(name)];
    return key === undefined || key === "" ? undefined : value;
  }
}

export function placeOf({ partition, sort }: StoredItem): Place {
  return { partition, sort, identity: "" };
}

/** Unlike for unlike keys of a table: the length shows where the first one ends. */
export function identityOfKey(place: Pick<Place, "partition" | "sort">): string {
  return `${place.partition.length}:${place.partition}${place.sort}`;
}

function orderOf(item: Item, name: string | null): string {
  const value = name === null ? undefined : attributeOf(item, name);
  return value === undefined ? "" : keyOrder(value);
}

export function keysOf(schema: readonly KeySchemaElement[]): Keys {
  return {
    partition: schema[0]?.AttributeName ?? "",
    sort: schema[1]?.AttributeName ?? null,
  };
}

function projectedNames(
  { keySchema, projection }: IndexDefinition,
  tableKeys: readonly string[],
): readonly string[] | null {
  if (projection.ProjectionType === "ALL") return null;
  const own = keySchema.map((key) => key.AttributeName);
  return [...new Set([...tableKeys, ...own, ...(projection.NonKeyAttributes ?? [])])];
}

/** The part of an item that an index holds. */
export function projectedItem(index: Index, item: Item): Item {
  return index.projected === null ? item : pickAttributes(item, index.projected);
}
