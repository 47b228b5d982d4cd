import { serializationError, unknownOperation } from "./dynamo-error.ts";
import {
  describeContinuousBackups,
  describeEndpoints,
  describeLimits,
  updateContinuousBackups,
} from "./operations/account.ts";
import { batchGetItem } from "./operations/batch-get-item.ts";
import { batchWriteItem } from "./operations/batch-write-item.ts";
import { createTable } from "./operations/create-table.ts";
import { deleteItem } from "./operations/delete-item.ts";
import { deleteTable } from "./operations/delete-table.ts";
import { describeTable } from "./operations/describe-table.ts";
import { getItem } from "./operations/get-item.ts";
import { listTables } from "./operations/list-tables.ts";
import type { Operation } from "./operations/operation.ts";
import { putItem } from "./operations/put-item.ts";
import { query } from "./operations/query.ts";
import { scan } from "./operations/scan.ts";
import { describeStream, getRecords, getShardIterator, listStreams } from "./operations/streams.ts";
import { listTagsOfResource, tagResource, untagResource } from "./operations/tags.ts";
import { describeTimeToLive, updateTimeToLive } from "./operations/time-to-live.ts";
import { transactGetItems } from "./operations/transact-get-items.ts";
import { transactWriteItems } from "./operations/transact-write-items.ts";
import { updateItem } from "./operations/update-item.ts";
import { updateTable } from "./operations/update-table.ts";
import { checkRequest } from "./requests/check-request.ts";
import type { Database } from "./storage/database.ts";

/** By `X-Amz-Target` without the version. */
export type Operations = ReadonlyMap<string, Operation>;

export function createOperations(address: () => string): Operations {
  const operations = {
    BatchGetItem: batchGetItem,
    BatchWriteItem: batchWriteItem,
    CreateTable: createTable,
    DeleteItem: deleteItem,
    DeleteTable: deleteTable,
    DescribeContinuousBackups: describeContinuousBackups,
    DescribeEndpoints: describeEndpoints(address),
    DescribeLimits: describeLimits,
    DescribeTable: describeTable,
    DescribeTimeToLive: describeTimeToLive,
    GetItem: getItem,
    ListTables: listTables,
    ListTagsOfResource: listTagsOfResource,
    PutItem: putItem,
    Query: query,
    Scan: scan,
    TagResource: tagResource,
    TransactGetItems: transactGetItems,
    TransactWriteItems: transactWriteItems,
    UntagResource: untagResource,
    UpdateContinuousBackups: updateContinuousBackups,
    UpdateItem: updateItem,
    UpdateTable: updateTable,
    UpdateTimeToLive: updateTimeToLive,
  };
  const streams = {
    DescribeStream: describeStream,
    GetRecords: getRecords,
    GetShardIterator: getShardIterator,
    ListStreams: listStreams,
  };
  return new Map([
    ...Object.entries(operations).map(([name, run]) => [`DynamoDB_20120810.${name}`, run] as const),
    ...Object.entries(streams).map(
      ([name, run]) => [`DynamoDBStreams_20120810.${name}`, run] as const,
    ),
  ]);
}

/** Answers one request of DynamoDB's JSON protocol. @throws DynamoError */
export function answerRequest(
  database: Database,
  operations: Operations,
  target: string,
  body: string,
): object {
  const operation = operations.get(target);
  if (operation === undefined) throw unknownOperation(unknownMessage(target));
  return operation.run(database, checkRequest(parseBody(body), operation.shape));
}

function parseBody(body: string): Readonly<Record<string, unknown>> {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw serializationError("The body is not JSON");
  }
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw serializationError("Start of structure expected");
  return withTableName(input as Readonly<Record<string, unknown>>);
}

/** Tables may be named by their ARN as well. */
function withTableName(
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { TableName: given } = input;
  if (typeof given !== "string" || !given.startsWith("arn:")) return input;
  const name = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)$/.exec(given)?.[1];
  return name === undefined ? input : { ...input, TableName: name };
}

const partiQl: ReadonlySet<string> = new Set([
  "ExecuteStatement",
  "BatchExecuteStatement",
  "ExecuteTransaction",
]);

function unknownMessage(target: string): string {
  const name = target.slice(target.indexOf(".") + 1);
  if (name === "") return "The header X-Amz-Target names no operation";
  return partiQl.has(name)
    ? `${name}: the embedded DynamoDB has no PartiQL; use PutItem, UpdateItem, DeleteItem, Query or TransactWriteItems, or name another DynamoDB with --dynamodb`
    : `${name} is not supported by the embedded DynamoDB; name another DynamoDB with --dynamodb`;
}
