import { validationError } from "../dynamo-error.ts";
import {
  checkExpressionParameters,
  scopeOf,
  type ExpressionParameters,
} from "../requests/expression-parameters.ts";
import {
  attributesToGet,
  boolean,
  item,
  list,
  names,
  required,
  returnConsumedCapacity,
  structure,
  text,
} from "../requests/field.ts";
import type { Item } from "../values/attribute-value.ts";
import { checkedItem } from "../values/checked-value.ts";
import { CapacityMeter, type ReturnConsumedCapacity } from "./consumed-capacity.ts";
import { checkKey } from "./key-checks.ts";
import { operation, type Operation } from "./operation.ts";
import { projectedBy, readProjection, type ProjectionParameters } from "./read-parameters.ts";

interface KeysAndAttributes extends ExpressionParameters, ProjectionParameters {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
}

interface BatchGetItemInput {
  readonly RequestItems?: Readonly<Record<string, KeysAndAttributes>>;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const mostKeys = 100;
const mostBytes = 16 * 1024 * 1024;

export const batchGetItem: Operation = operation<BatchGetItemInput>(
  {
    fields: {
      ReturnConsumedCapacity: returnConsumedCapacity,
      RequestItems: {
        type: "map",
        of: structure("KeysAndAttributes", {
          Keys: required(list(item, { shortest: 1 })),
          AttributesToGet: attributesToGet,
          ConsistentRead: boolean,
          ProjectionExpression: text,
          ExpressionAttributeNames: names,
        }),
      },
    },
  },
  (database, input) => {
    const requests = Object.entries(input.RequestItems ?? {});
    if (requests.length === 0)
      throw validationError("The requestItems parameter is required for BatchGetItem");
    checkCount(requests);
    checkOneKindOfProjection(requests.map(([, request]) => request));
    const reads = requests.map(([name, request]) => {
      checkExpressionParameters(request, ["ProjectionExpression"], ["AttributesToGet"]);
      const keys = request.Keys.map((key) => checkedItem(key));
      checkDistinctKeys(keys);
      const scope = scopeOf(request);
      const projected = readProjection(request, scope);
      scope.checkAllUsed();
      return { name, request, keys, projected };
    });
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Read");
    const responses: [string, Item[]][] = [];
    const unprocessed: [string, object][] = [];
    let bytes = 0;
    for (const { name, request, keys, projected } of reads) {
      const table = database.table(name);
      for (const key of keys) checkKey(table, key);
      const items: Item[] = [];
      const left: Item[] = [];
      for (const key of keys) {
        const stored = table.find(key);
        if (left.length > 0 || bytes + (stored?.bytes ?? 0) > mostBytes) {
          left.push(key);
          continue;
        }
        bytes += stored?.bytes ?? 0;
        meter.read(table, stored?.bytes ?? 0, request.ConsistentRead === true);
        if (stored !== undefined) items.push(projectedBy(stored.item, projected));
      }
      responses.push([name, items]);
      if (left.length > 0) unprocessed.push([name, { ...request, Keys: left }]);
    }
    return {
      Responses: Object.fromEntries(responses),
      UnprocessedKeys: Object.fromEntries(unprocessed),
      ...meter.list(),
    };
  },
);

function checkCount(requests: readonly [string, KeysAndAttributes][]): void {
  for (const [name, { Keys }] of requests)
    if (Keys.length > mostKeys)
      throw validationError(
        `1 validation error detected: Value at 'RequestItems.${name}.member.Keys' failed to satisfy constraint: Member must have length less than or equal to ${mostKeys}`,
      );
  const count = requests.reduce((sum, [, { Keys }]) => sum + Keys.length, 0);
  if (count > mostKeys) throw validationError("Too many items requested for the BatchGetItem call");
}

/** AWS judges the request as a whole. */
function checkOneKindOfProjection(requests: readonly KeysAndAttributes[]): void {
  if (
    requests.some(({ AttributesToGet }) => AttributesToGet !== undefined) &&
    requests.some(({ ProjectionExpression }) => ProjectionExpression !== undefined)
  )
    throw validationError(
      "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
    );
}

function checkDistinctKeys(keys: readonly Item[]): void {
  const known = new Set(keys.map(keyText));
  if (known.size < keys.length)
    throw validationError("Provided list of item keys contains duplicates");
}

/** The same for the same key, in whatever order its attributes are given. */
export function keyText(key: Item): string {
  return JSON.stringify(Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
