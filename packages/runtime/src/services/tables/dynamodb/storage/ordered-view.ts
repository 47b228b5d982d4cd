import type { StoredItem } from "./stored-item.ts";

/** Where an item lies in a view: by partition, sort key and, among the equal ones of an index, the table's own key. */
export interface Place {
  readonly partition: string;
  readonly sort: string;
  /** Empty in a table, whose keys are unique. */
  readonly identity: string;
}

interface Entry extends Place {
  readonly stored: StoredItem;
}

/** Sort keys of a query, as `keyOrder` gives them. */
export interface SortRange {
  readonly from?: { readonly sort: string; readonly isIncluded: boolean };
  readonly to?: { readonly sort: string; readonly isIncluded: boolean };
  readonly prefix?: string;
}

interface Partition {
  readonly key: string;
  /** Where scans meet it; spread as evenly as the keys allow. */
  readonly hash: number;
  readonly entries: Entry[];
}

/** Items of a table or an index in the order of their keys. */
export class OrderedView {
  readonly #partitions = new Map<string, Partition>();
  /** In the order of scans; rebuilt when a scan needs it after partitions came or went. */
  #scanned: Partition[] | null = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(place: Place): StoredItem | undefined {
    const entries = this.#partitions.get(place.partition)?.entries ?? [];
    const entry = entries[firstAtLeast(entries, place)];
    return entry !== undefined && compareInPartition(entry, place) === 0 ? entry.stored : undefined;
  }

  put(place: Place, stored: StoredItem): void {
    let partition = this.#partitions.get(place.partition);
    if (partition === undefined) {
      partition = { key: place.partition, hash: hashOf(place.partition), entries: [] };
      this.#partitions.set(place.partition, partition);
      this.#scanned = null;
    }
    const { entries } = partition;
    const index = firstAtLeast(entries, place);
    const existing = entries[index];
    const entry = { ...place, stored };
    if (existing !== undefined && compareInPartition(existing, place) === 0) {
      entries[index] = entry;
      return;
    }
    entries.splice(index, 0, entry);
    this.#size += 1;
  }

  delete(place: Place): void {
    const partition = this.#partitions.get(place.partition);
    if (partition === undefined) return;
    const { entries } = partition;
    const index = firstAtLeast(entries, place);
    const existing = entries[index];
    if (existing === undefined || compareInPartition(existing, place) !== 0) return;
    entries.splice(index, 1);
    this.#size -= 1;
    if (entries.length > 0) return;
    this.#partitions.delete(place.partition);
    this.#scanned = null;
  }

  /** Items of one partition. `after` is where an earlier page ended. */
  *query(
    partition: string,
    range: SortRange,
    options: { readonly isReverse: boolean; readonly after: Place | null },
  ): Iterable<StoredItem> {
    const entries = this.#partitions.get(partition)?.entries ?? [];
    const { after, isReverse } = options;
    let start = startOf(entries, range);
    let end = endOf(entries, range);
    if (after !== null && isReverse) end = Math.min(end, firstAtLeast(entries, after));
    if (after !== null && !isReverse) start = Math.max(start, firstBehind(entries, after));
    if (isReverse) for (let index = end - 1; index >= start; index -= 1) yield* at(entries, index);
    else for (let index = start; index < end; index += 1) yield* at(entries, index);
  }

  /** All items, or those of one segment of `total`. */
  *scan(
    after: Place | null,
    segment: { readonly index: number; readonly total: number } = { index: 0, total: 1 },
  ): Iterable<StoredItem> {
    const partitions = (this.#scanned ??= [...this.#partitions.values()].toSorted(
      comparePartitions,
    ));
    const resumed =
      after === null ? null : { key: after.partition, hash: hashOf(after.partition), entries: [] };
    for (const partition of partitions) {
      if (Math.floor((partition.hash / hashes) * segment.total) !== segment.index) continue;
      const order = resumed === null ? 1 : comparePartitions(partition, resumed);
      if (order < 0) continue;
      const { entries } = partition;
      const start = order === 0 && after !== null ? firstBehind(entries, after) : 0;
      for (let index = start; index < entries.length; index += 1) yield* at(entries, index);
    }
  }
}

function* at(entries: readonly Entry[], index: number): Iterable<StoredItem> {
  const entry = entries[index];
  if (entry !== undefined) yield entry.stored;
}

function startOf(entries: readonly Entry[], { from, prefix }: SortRange): number {
  if (prefix !== undefined) return firstWhere(entries, (entry) => entry.sort >= prefix);
  if (from === undefined) return 0;
  return firstWhere(entries, (entry) =>
    from.isIncluded ? entry.sort >= from.sort : entry.sort > from.sort,
  );
}

function endOf(entries: readonly Entry[], { to, prefix }: SortRange): number {
  if (prefix !== undefined)
    return firstWhere(entries, ({ sort }) => sort >= prefix && !sort.startsWith(prefix));
  if (to === undefined) return entries.length;
  return firstWhere(entries, (entry) =>
    to.isIncluded ? entry.sort > to.sort : entry.sort >= to.sort,
  );
}

function firstAtLeast(entries: readonly Entry[], place: Place): number {
  return firstWhere(entries, (entry) => compareInPartition(entry, place) >= 0);
}

function firstBehind(entries: readonly Entry[], place: Place): number {
  return firstWhere(entries, (entry) => compareInPartition(entry, place) > 0);
}

/** The first entry of which a test is true that is true of all behind it. */
function firstWhere(entries: readonly Entry[], test: (entry: Entry) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry === undefined || test(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compareInPartition(left: Place, right: Place): number {
  if (left.sort !== right.sort) return left.sort < right.sort ? -1 : 1;
  if (left.identity === right.identity) return 0;
  return left.identity < right.identity ? -1 : 1;
}

function comparePartitions(left: Partition, right: Partition): number {
  if (left.hash !== right.hash) return left.hash - right.hash;
  if (left.key === right.key) return 0;
  return left.key < right.key ? -1 : 1;
}

const hashes = 2 ** 32;

/** FNV-1a with a finish that spreads similar keys. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
