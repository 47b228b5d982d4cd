import { validationError } from "../dynamo-error.ts";
import { meetsCondition } from "../expressions/evaluate-condition.ts";
import type { ResolvedCondition } from "../expressions/resolved-condition.ts";
import type { StoredItem } from "../storage/stored-item.ts";
import { projectedItem, type Index, type Table } from "../storage/table.ts";
import { pickAttributes, type Item } from "../values/attribute-value.ts";
import { itemBytes } from "../values/item-size.ts";
import { CapacityMeter, type ReturnConsumedCapacity } from "./consumed-capacity.ts";
import { projectedBy, type Projected, type ProjectionParameters } from "./read-parameters.ts";

export type Select =
  | "ALL_ATTRIBUTES"
  | "ALL_PROJECTED_ATTRIBUTES"
  | "SPECIFIC_ATTRIBUTES"
  | "COUNT";

/** What queries and scans have in common. */
export interface PageParameters extends ProjectionParameters {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Select?: Select;
  readonly Limit?: number;
  readonly ConsistentRead?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
}

/** A page ends once it holds this much. */
const pageBytes = 1024 * 1024;

/** @throws DynamoError `ValidationException` */
export function checkSelect(input: PageParameters): void {
  const { Select: select, ProjectionExpression, AttributesToGet, IndexName } = input;
  const parameter =
    ProjectionExpression !== undefined
      ? "ProjectionExpression"
      : AttributesToGet !== undefined
        ? "AttributesToGet"
        : null;
  if (select === "SPECIFIC_ATTRIBUTES" && parameter === null)
    throw validationError(
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  if (select !== undefined && select !== "SPECIFIC_ATTRIBUTES" && parameter !== null)
    throw validationError(
      select === "COUNT"
        ? `Cannot specify the ${parameter} when choosing to get only the Count`
        : `Cannot specify the ${parameter} when choosing to get ${select}`,
    );
  if (select === "ALL_PROJECTED_ATTRIBUTES" && IndexName === undefined)
    throw validationError(
      "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    );
}

/** The index a page is read from; null: the table itself. @throws DynamoError `ValidationException` */
export function indexOf(table: Table, input: PageParameters): Index | null {
  if (input.IndexName === undefined) return null;
  const index = table.indexes.get(input.IndexName);
  if (index === undefined)
    throw validationError(`The table does not have the specified index: ${input.IndexName}`);
  if (index.definition.isGlobal && input.ConsistentRead === true)
    throw validationError("Consistent reads are not supported on global secondary indexes");
  return index;
}

/**
 * A global index gives only what it holds; a local one fetches the rest from the table.
 * @throws DynamoError `ValidationException`
 */
export function checkProjected(
  index: Index | null,
  select: Select | undefined,
  projected: Projected,
): void {
  if (index === null || !index.definition.isGlobal || index.projected === null) return;
  const { name } = index.definition;
  if (select === "ALL_ATTRIBUTES")
    throw validationError(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${name} because its projection type is not ALL`,
    );
  const held = new Set(index.projected);
  const missing = (projected ?? [])
    .map((path) => String(path[0]))
    .filter((path) => !held.has(path));
  if (missing.length > 0)
    throw validationError(
      `One or more parameter values were invalid: Global secondary index ${name} does not project [${missing.join(", ")}]`,
    );
}

/** Reads items until the page is full. */
export function pageOf(
  items: Iterable<StoredItem>,
  {
    table,
    index,
    filter,
    projected,
  }: {
    readonly table: Table;
    readonly index: Index | null;
    readonly filter: ResolvedCondition | null;
    readonly projected: Projected;
  },
  input: PageParameters,
): object {
  const isFetching = fetchesFromTable(index, input.Select, projected);
  const kept: Item[] = [];
  let count = 0;
  let scanned = 0;
  let bytes = 0;
  let fetchedBytes = 0;
  let last: StoredItem | null = null;
  let isFull = false;
  for (const stored of items) {
    const view = index === null ? stored.item : projectedItem(index, stored.item);
    const viewBytes = view === stored.item ? stored.bytes : itemBytes(view);
    if (scanned > 0 && bytes + viewBytes > pageBytes) {
      isFull = true;
      break;
    }
    bytes += viewBytes;
    scanned += 1;
    last = stored;
    const seen = isFetching ? stored.item : view;
    if (isFetching) fetchedBytes += stored.bytes;
    if (filter === null || meetsCondition(seen, filter)) {
      count += 1;
      if (input.Select !== "COUNT") kept.push(projectedBy(seen, projected));
    }
    if (scanned === input.Limit) {
      isFull = true;
      break;
    }
  }
  const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Read");
  meterPage(meter, { table, index, bytes, fetchedBytes }, input.ConsistentRead === true);
  return {
    ...(input.Select === "COUNT" ? {} : { Items: kept }),
    Count: count,
    ScannedCount: scanned,
    ...(isFull && last !== null ? { LastEvaluatedKey: startKeyOf(table, index, last.item) } : {}),
    ...meter.single(),
  };
}

function meterPage(
  meter: CapacityMeter,
  page: {
    readonly table: Table;
    readonly index: Index | null;
    readonly bytes: number;
    readonly fetchedBytes: number;
  },
  isConsistent: boolean,
): void {
  const { table, index, bytes, fetchedBytes } = page;
  if (index === null) meter.read(table, bytes, isConsistent);
  else {
    meter.readIndex(table, index.definition.name, bytes, isConsistent);
    if (fetchedBytes > 0) meter.read(table, fetchedBytes, isConsistent);
  }
}

function fetchesFromTable(
  index: Index | null,
  select: Select | undefined,
  projected: Projected,
): boolean {
  if (index === null || index.definition.isGlobal || index.projected === null) return false;
  if (select === "ALL_ATTRIBUTES") return true;
  const held = new Set(index.projected);
  return projected?.some((path) => !held.has(String(path[0]))) ?? false;
}

/** The names an `ExclusiveStartKey` has: keys of the table and of the index. */
export function startKeyNames(table: Table, index: Index | null): readonly string[] {
  const own = index?.definition.keySchema.map((key) => key.AttributeName) ?? [];
  return [...new Set([...table.keyNames, ...own])];
}

function startKeyOf(table: Table, index: Index | null, item: Item): Item {
  return pickAttributes(item, startKeyNames(table, index));
}
