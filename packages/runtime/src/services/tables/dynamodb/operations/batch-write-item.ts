import { validationError } from "../dynamo-error.ts";
import {
  item,
  list,
  required,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
  structure,
} from "../requests/field.ts";
import type { Write } from "../storage/database.ts";
import type { Table } from "../storage/table.ts";
import { attributeOf, type Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { keyText } from "./batch-get-item.ts";
import { CapacityMeter, type ReturnConsumedCapacity } from "./consumed-capacity.ts";
import {
  itemCollectionMetrics,
  type ReturnItemCollectionMetrics,
} from "./item-collection-metrics.ts";
import { checkItemKeys, checkKey } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import { checkItemBytes } from "./put-item.ts";

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

interface BatchWriteItemInput {
  readonly RequestItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
  readonly ReturnItemCollectionMetrics?: ReturnItemCollectionMetrics;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const mostRequests = 25;

export const batchWriteItem: Operation = operation<BatchWriteItemInput>(
  {
    fields: {
      ReturnConsumedCapacity: returnConsumedCapacity,
      ReturnItemCollectionMetrics: returnItemCollectionMetrics,
      RequestItems: {
        type: "map",
        lengths: { shortest: 1, longest: mostRequests },
        of: list(
          structure("WriteRequest", {
            DeleteRequest: structure("DeleteRequest", { Key: required(item) }),
            PutRequest: structure("PutRequest", { Item: required(item) }),
          }),
        ),
      },
    },
  },
  (database, input) => {
    const requests = Object.entries(input.RequestItems ?? {});
    if (requests.length === 0)
      throw validationError("The requestItems parameter is required for BatchWriteItem");
    if (requests.reduce((sum, [, writes]) => sum + writes.length, 0) > mostRequests)
      throw validationError("Too many items requested for the BatchWriteItem call");
    const checked = requests.map(([name, writes]) => ({
      name,
      writes: writes.map(checkedRequest),
    }));
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Write");
    const commits: Write[] = [];
    for (const { name, writes } of checked) {
      const table = database.table(name);
      for (const write of writes) checkTarget(table, write);
      const keys = writes.map((write) => keyText(targetKey(table, write)));
      if (new Set(keys).size < keys.length)
        throw validationError("Provided list of item keys contains duplicates");
      for (const write of writes) {
        const before = table.find(targetKey(table, write)) ?? null;
        const after = "put" in write ? table.prepare(write.put) : null;
        meter.write(table, before, after);
        commits.push({ table, before, after });
      }
    }
    // Nothing is left over: what cannot be kept is an error.
    database.commit(commits);
    const metrics = metricsOf(commits, input.ReturnItemCollectionMetrics);
    return {
      UnprocessedItems: {},
      ...(metrics === null ? {} : { ItemCollectionMetrics: metrics }),
      ...meter.list(),
    };
  },
);

type CheckedRequest = { readonly put: Item } | { readonly delete: Item };

function checkedRequest({ PutRequest, DeleteRequest }: WriteRequest): CheckedRequest {
  if ((PutRequest === undefined) === (DeleteRequest === undefined))
    throw validationError(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  if (PutRequest !== undefined) {
    const put = checkedItem(PutRequest.Item);
    checkItemBytes(put);
    return { put };
  }
  return { delete: checkedItem(DeleteRequest?.Key ?? {}) };
}

/** Unlike a put of one item, a batch speaks of its keys as of those of a read. */
function checkTarget(table: Table, write: CheckedRequest): void {
  if ("delete" in write) {
    checkKey(table, write.delete);
    return;
  }
  for (const name of table.keyNames)
    if (attributeOf(write.put, name)?.[table.typeOfKey(name)] === undefined)
      throw validationError("The provided key element does not match the schema");
  checkItemKeys(table, write.put);
}

function targetKey(table: Table, write: CheckedRequest): Item {
  return table.keyOf("put" in write ? write.put : write.delete);
}

/** By table, once for each collection. */
export function metricsOf(
  writes: readonly Write[],
  mode: ReturnItemCollectionMetrics | undefined,
): Readonly<Record<string, object[]>> | null {
  if (mode !== "SIZE") return null;
  const byTable = new Map<string, Map<string, object>>();
  for (const { table, before, after } of writes) {
    const { item: written } = after ?? before ?? { item: {} };
    const metrics = itemCollectionMetrics(table, table.keyOf(written), mode);
    if (metrics === null) continue;
    const collections = byTable.get(table.name) ?? new Map<string, object>();
    collections.set(table.placeOfKey(written).partition, metrics);
    byTable.set(table.name, collections);
  }
  return byTable.size === 0
    ? null
    : Object.fromEntries([...byTable].map(([name, found]) => [name, [...found.values()]]));
}
