import { createHash } from "node:crypto";
import {
  DynamoError,
  transactionCancelled,
  validationError,
  type CancellationReason,
} from "../dynamo-error.ts";
import {
  item,
  list,
  required,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
  structure,
  tableName,
  text,
} from "../requests/field.ts";
import type { DoneRequest } from "../storage/database-journal.ts";
import type { Database, Write } from "../storage/database.ts";
import { metricsOf } from "./batch-write-item.ts";
import { CapacityMeter, type ReturnConsumedCapacity } from "./consumed-capacity.ts";
import type { ReturnItemCollectionMetrics } from "./item-collection-metrics.ts";
import { operation, type Operation } from "./operation.ts";
import { readAction, type TransactedAction, type TransactItem } from "./transacted-action.ts";
import { conditionFields } from "./write-parameters.ts";

interface TransactWriteItemsInput {
  readonly TransactItems: readonly TransactItem[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity;
  readonly ReturnItemCollectionMetrics?: ReturnItemCollectionMetrics;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const mostActions = 100;
const mostBytes = 4 * 1024 * 1024;

export const transactWriteItems: Operation = operation<TransactWriteItemsInput>(
  {
    fields: {
      ReturnConsumedCapacity: returnConsumedCapacity,
      ReturnItemCollectionMetrics: returnItemCollectionMetrics,
      ClientRequestToken: { type: "string", shortest: 1, longest: 36 },
      TransactItems: required(
        list(
          structure("TransactWriteItem", {
            ConditionCheck: structure("ConditionCheck", {
              TableName: tableName,
              Key: required(item),
              ...conditionFields,
              ConditionExpression: required(text),
            }),
            Put: structure("Put", {
              TableName: tableName,
              Item: required(item),
              ...conditionFields,
            }),
            Delete: structure("Delete", {
              TableName: tableName,
              Key: required(item),
              ...conditionFields,
            }),
            Update: structure("Update", {
              TableName: tableName,
              Key: required(item),
              UpdateExpression: required(text),
              ...conditionFields,
            }),
          }),
          { shortest: 1, longest: mostActions },
        ),
      ),
    },
  },
  (database, input) => {
    const meter = new CapacityMeter(input.ReturnConsumedCapacity, "Write", {
      isTransaction: true,
    });
    const request = requestOf(database, input);
    if (request !== null && database.isDone(request.token, request.digest)) return meter.list();
    const actions = input.TransactItems.map(readAction);
    const targets = actions.map((action) => ({ action, table: database.table(action.tableName) }));
    for (const { action, table } of targets) action.checkUpFront(table);
    checkDistinct(targets.map(({ action, table }) => `${table.name} ${action.keyText(table)}`));
    const writes = attempt(targets);
    checkBytes(writes);
    for (const { table, before, after } of writes) meter.write(table, before, after);
    database.commit(writes, request ?? undefined);
    const metrics = metricsOf(writes, input.ReturnItemCollectionMetrics);
    return {
      ...(metrics === null ? {} : { ItemCollectionMetrics: metrics }),
      ...meter.list(),
    };
  },
);

function requestOf(database: Database, input: TransactWriteItemsInput): DoneRequest | null {
  const { ClientRequestToken: token, TransactItems: items } = input;
  if (token === undefined) return null;
  const digest = createHash("sha256").update(JSON.stringify(items)).digest("base64");
  return { token, digest, atMs: database.now() };
}

function checkDistinct(targets: readonly string[]): void {
  if (new Set(targets).size < targets.length)
    throw validationError("Transaction request cannot include multiple operations on one item");
}

/** Tries every action, so that each has its reason when one fails. */
function attempt(
  targets: readonly { readonly action: TransactedAction; readonly table: Write["table"] }[],
): Write[] {
  const writes: Write[] = [];
  const reasons = targets.map(({ action, table }): CancellationReason => {
    try {
      writes.push(action.attempt(table));
      return { Code: "None" };
    } catch (error) {
      if (!(error instanceof DynamoError)) throw error;
      return reasonOf(error);
    }
  });
  if (reasons.some(({ Code }) => Code !== "None")) throw transactionCancelled(reasons);
  return writes;
}

export function reasonOf(error: DynamoError): CancellationReason {
  if (error.code === "ConditionalCheckFailedException")
    return { Code: "ConditionalCheckFailed", Message: error.message, ...error.details };
  if (error.code === "ValidationException")
    return { Code: "ValidationError", Message: error.message };
  throw error;
}

function checkBytes(writes: readonly Write[]): void {
  const bytes = writes.reduce((sum, { before, after }) => sum + ((after ?? before)?.bytes ?? 0), 0);
  if (bytes > mostBytes)
    throw validationError(
      "The aggregated size of all items in the transaction exceeds the limit of 4 MB",
    );
}
