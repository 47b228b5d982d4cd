import { pause, refusalOf, requestTo, signedFetch } from "../signed-fetch.ts";

// One table, on demand. (`member` would be one of DynamoDB's reserved words.) A membership is two items, written in one transaction:
//   pk "room#<room>"        sk "connection#<id>"   memberJson, joinedAt, expires
//   pk "connection#<id>"    sk "room#<room>"       memberJson, joinedAt, expires
// After a roll-over the first item stays, and has holder (the connection it is now), movedFrom and movedAt; the second
// one is of the new connection, and its place is the id in the sort key of the first.
// Beside them:
//   pk "connection#<id>"    sk "closed"            expires: this connection joins nothing any more; movedTo: where it went
//   pk "room#<room>"        sk "count"             members: only of kinds with a limit
//   pk "ticket#<nonce>"     sk "used"              expires
//   pk "identity#<id>"      sk "revoked"           revokedAt, expires

/** A value as DynamoDB's JSON writes it. */
export interface AttributeValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
}
export type TableItem = Readonly<Record<string, AttributeValue | undefined>>;

/** API Gateway closes connections after two hours: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const membershipMs = 130 * 60_000;

/** Expiry time of an item written now, in epoch seconds as DynamoDB's TTL requires. */
export function expiry(ms: number = membershipMs): AttributeValue {
  return { N: String(Math.ceil((Date.now() + ms) / 1000)) };
}

export function keyOf(pk: string, sk: string): TableItem {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** One action of a transaction. Undefined members are omitted from the request. */
export function part(
  action: "Update" | "Delete" | "ConditionCheck",
  Key: TableItem,
  ConditionExpression?: string,
  UpdateExpression?: string,
  ExpressionAttributeValues?: TableItem,
): object {
  return {
    [action]: {
      TableName: tableName(),
      Key,
      ConditionExpression,
      UpdateExpression,
      ExpressionAttributeValues,
    },
  };
}

/** @throws Error if the app has no such table */
function tableName(): string {
  const { ARC_REALTIME_TABLE: name } = process.env;
  if (name === undefined) throw new Error("The app has no realtime table. Deploy it again");
  return name;
}

/** Errors after which DynamoDB can be retried. */
const transient = /Throttl|Throughput|RequestLimit|Conflict/;
const attempts = 8;

/**
 * Sends a DynamoDB operation on the table. Retries throttling and conflicts with full jitter. Rejects with an
 * error named like the AWS SDK's.
 */
export async function callTable<Answer>(
  operation: string,
  body: object,
  repeated: RegExp = transient,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const target = `DynamoDB_20120810.${operation}`;
    const input = { TableName: tableName(), ...body };
    const response = await signedFetch(requestTo("dynamodb", { "x-amz-target": target }, input));
    if (response.ok) return (await response.json()) as Answer;
    const refusal = await refusalOf(response);
    // The message of a cancelled transaction lists the reason for each part.
    if (attempt === attempts || !repeated.test(refusal.name + refusal.message)) throw refusal;
    await pause(attempt);
  }
}

const conditionFailed = "ConditionalCheckFailed";

/** Resolves with false if the condition of a write fails. */
export async function isDone(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if ((error as Error).name.startsWith(conditionFailed)) return false;
    throw error;
  }
}

/**
 * Resolves with null if the transaction succeeded. Otherwise nothing was written, and it resolves with the index
 * of the first part whose condition failed.
 */
export async function transact(TransactItems: readonly object[]): Promise<number | null> {
  try {
    await callTable("TransactWriteItems", { TableName: undefined, TransactItems }, undecided());
    return null;
  } catch (error) {
    // `… specific reasons [None, ConditionalCheckFailed]`
    const reasons = /\[(.*)\]/.exec((error as Error).message)?.[1]?.split(/, ?/) ?? [];
    const index = reasons.indexOf(conditionFailed);
    if (index === -1) throw error;
    return index;
  }
}

/** Reasons to retry a transaction, unless one of its conditions also failed. */
function undecided(): RegExp {
  return new RegExp(`^(?!.*${conditionFailed}).*(${transient.source}|InProgress)`, "s");
}

/** Reads items of a partition by sort key prefix, page by page, with consistent reads. */
export async function* pagesOf(pk: string, prefix: string): AsyncGenerator<readonly TableItem[]> {
  let ExclusiveStartKey: TableItem | undefined;
  do {
    const { Items, LastEvaluatedKey }: { Items: TableItem[]; LastEvaluatedKey?: TableItem } =
      await callTable("Query", {
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues: { ":pk": { S: pk }, ":sk": { S: prefix } },
        ExclusiveStartKey,
      });
    // DynamoDB deletes expired items with a delay of up to days.
    yield Items.filter(({ expires }) => Number(expires?.N) * 1000 > Date.now());
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

/** Number of parallel requests, over kept-alive connections. */
const concurrency = 64;

/** Calls a function for each item, with limited concurrency. Rejects with the first error. */
export async function forEachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  const next = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, next));
}
