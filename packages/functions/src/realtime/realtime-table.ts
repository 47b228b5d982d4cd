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

/** Nobody is connected for longer than two hours: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const membershipMs = 130 * 60_000;

/** `expires` of what begins now, in epoch seconds as DynamoDB's time to live wants it. */
export function expiry(ms: number = membershipMs): AttributeValue {
  return { N: String(Math.ceil((Date.now() + ms) / 1000)) };
}

export function keyOf(pk: string, sk: string): TableItem {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** A part of a transaction, with the action it takes. Undefined members are left out of the request. */
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

/** @throws Error when the app has no such table */
function tableName(): string {
  const { ARC_REALTIME_TABLE: name } = process.env;
  if (name === undefined) throw new Error("The app has no realtime table: deploy it again");
  return name;
}

/** What DynamoDB refuses for the moment. */
const transient = /Throttl|Throughput|RequestLimit|Conflict/;
const attempts = 8;

/**
 * Carries out an operation of DynamoDB on the table; throttling and conflicts are tried again, with full
 * jitter. Rejects with an error named as the AWS SDK names it.
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
    // A cancelled transaction names the reason of each part in its message.
    if (attempt === attempts || !repeated.test(refusal.name + refusal.message)) throw refusal;
    await pause(attempt);
  }
}

const conditionFailed = "ConditionalCheckFailed";

/** Resolves false when the condition of a write does not hold. */
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
 * Resolves null when all parts were carried out, else the index of the first part whose condition does
 * not hold: none of them was.
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

/** What a transaction is refused for, unless a condition does not hold either. */
function undecided(): RegExp {
  return new RegExp(`^(?!.*${conditionFailed}).*(${transient.source}|InProgress)`, "s");
}

/** Items of a partition whose sort key begins with a text, a page at a time, read consistently. */
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

/** Works on so many at a time, over kept-alive connections. */
const concurrency = 64;

/** Does the same for each item, some at a time. Rejects with the first failure. */
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
