import type { Table } from "../storage/table.ts";
import { pickAttributes, type Item } from "../values/attribute-value.ts";

export type ReturnItemCollectionMetrics = "SIZE" | "NONE";

const gigabyte = 1024 ** 3;

/** The items of one partition key, whose size AWS limits in tables with local indexes; null in others. */
export function itemCollectionMetrics(
  table: Table,
  key: Item,
  mode: ReturnItemCollectionMetrics | undefined,
): object | null {
  if (mode !== "SIZE" || !table.hasLocalIndexes) return null;
  let bytes = 0;
  const { partition } = table.placeOfKey(key);
  for (const stored of table.view.query(partition, {}, { isReverse: false, after: null }))
    bytes += stored.bytes;
  const gigabytes = Math.floor(bytes / gigabyte);
  return {
    ItemCollectionKey: pickAttributes(key, [table.keys.partition]),
    SizeEstimateRangeGB: [gigabytes, gigabytes + 1],
  };
}
