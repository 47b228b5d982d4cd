import { requestDynamo, type DynamoReply } from "./dynamodb-request.ts";
import type { ItemLocks } from "./item-locks.ts";
import type { ExpiringTable } from "./worker-messages.ts";
import type { DynamoItem, TableChange } from "../../../lambda-events/tables-streams.ts";

type Input = Readonly<Record<string, unknown>>;
type KeysOf = ReadonlyMap<string, readonly string[]>;

export interface CapturedReply {
  readonly reply: DynamoReply;
  readonly changes: readonly TableChange[];
}

interface Target {
  readonly table: string;
  readonly key: DynamoItem;
}

/** Five years: DynamoDB leaves items that expired longer ago alone. */
const oldestExpirySeconds = 5 * 365 * 24 * 3600;

/** Runs a write and tells what it changed. Writes of other items go on meanwhile. */
export async function captureWrite(
  port: number,
  operation: string,
  body: string,
  keysOf: KeysOf,
  locks: ItemLocks,
): Promise<CapturedReply> {
  const targets = writeTargets(operation, asObject(parse(body)), keysOf);
  return locks.hold(targets.map(lockOf), () => captureAlone(port, operation, body, targets));
}

async function captureAlone(
  port: number,
  operation: string,
  body: string,
  targets: readonly Target[],
): Promise<CapturedReply> {
  const before = await Promise.all(targets.map((target) => readItem(port, target)));
  const reply = await requestDynamo(port, operation, body);
  if (reply.status !== 200) return { reply, changes: [] };
  const after = await Promise.all(targets.map((target) => readItem(port, target)));
  const changes = targets.flatMap((target, index) => {
    const oldImage = before[index] ?? null;
    const newImage = after[index] ?? null;
    // DynamoDB writes no record for a write that changes nothing.
    if (JSON.stringify(oldImage) === JSON.stringify(newImage)) return [];
    return [{ table: target.table, keys: target.key, oldImage, newImage, expired: false }];
  });
  return { reply, changes };
}

/** Deletes what is past its time, unless a write renews it first. */
export async function expireItems(
  port: number,
  tables: readonly ExpiringTable[],
  nowMs: number,
  locks: ItemLocks,
): Promise<TableChange[]> {
  const changes: TableChange[] = [];
  const nowSeconds = Math.floor(nowMs / 1000);
  for (const { table, keys, attribute } of tables) {
    let startKey: unknown;
    do {
      const page = await requestDynamo(
        port,
        "Scan",
        JSON.stringify({
          TableName: table,
          FilterExpression: "#ttl <= :now AND #ttl > :oldest",
          ExpressionAttributeNames: { "#ttl": attribute },
          ExpressionAttributeValues: {
            ":now": { N: String(nowSeconds) },
            ":oldest": { N: String(nowSeconds - oldestExpirySeconds) },
          },
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      );
      if (page.status !== 200) break;
      const result = asObject(JSON.parse(page.body));
      for (const item of asList(result["Items"])) {
        const key = pick(item, keys);
        const oldImage = await locks.hold([lockOf({ table, key })], () =>
          deleteExpired(port, { table, key }, attribute, nowSeconds),
        );
        if (oldImage !== null)
          changes.push({ table, keys: key, oldImage, newImage: null, expired: true });
      }
      startKey = result["LastEvaluatedKey"];
    } while (startKey !== undefined);
  }
  return changes;
}

/** The item as it was; null when it is gone or was renewed since it was found. */
async function deleteExpired(
  port: number,
  { table, key }: Target,
  attribute: string,
  nowSeconds: number,
): Promise<DynamoItem | null> {
  const reply = await requestDynamo(
    port,
    "DeleteItem",
    JSON.stringify({
      TableName: table,
      Key: key,
      ConditionExpression: "#ttl <= :now",
      ExpressionAttributeNames: { "#ttl": attribute },
      ExpressionAttributeValues: { ":now": { N: String(nowSeconds) } },
      ReturnValues: "ALL_OLD",
    }),
  );
  if (reply.status !== 200) return null;
  const old = asObject(JSON.parse(reply.body))["Attributes"];
  return old === undefined ? null : asObject(old);
}

function lockOf({ table, key }: Target): string {
  const names = Object.keys(key).toSorted();
  return JSON.stringify([table, ...names.map((name) => key[name])]);
}

async function readItem(port: number, { table, key }: Target): Promise<DynamoItem | null> {
  const reply = await requestDynamo(
    port,
    "GetItem",
    JSON.stringify({ TableName: table, Key: key, ConsistentRead: true }),
  );
  if (reply.status !== 200) return null;
  const item = asObject(JSON.parse(reply.body))["Item"];
  return item === undefined ? null : asObject(item);
}

function writeTargets(operation: string, input: Input, keysOf: KeysOf): Target[] {
  if (operation === "BatchWriteItem") {
    return Object.entries(asObject(input["RequestItems"])).flatMap(([table, requests]) =>
      asList(requests).flatMap((request) => {
        const put = request["PutRequest"];
        return put === undefined
          ? targetOf(table, asObject(request["DeleteRequest"])["Key"], keysOf)
          : targetOf(table, asObject(put)["Item"], keysOf);
      }),
    );
  }
  return targetOf(
    String(input["TableName"]),
    operation === "PutItem" ? input["Item"] : input["Key"],
    keysOf,
  );
}

function targetOf(table: string, item: unknown, keysOf: KeysOf): Target[] {
  const keys = keysOf.get(table);
  return keys === undefined ? [] : [{ table, key: pick(asObject(item), keys) }];
}

function pick(item: DynamoItem, names: readonly string[]): DynamoItem {
  return Object.fromEntries(names.flatMap((name) => (name in item ? [[name, item[name]]] : [])));
}

/** What is no JSON has no targets; dynalite refuses it. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Requests are checked by dynalite; here a wrong shape is only passed over. */
function asObject(value: unknown): Input {
  return typeof value === "object" && value !== null ? (value as Input) : {};
}

function asList(value: unknown): readonly Input[] {
  return Array.isArray(value) ? (value as readonly Input[]) : [];
}
