import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import { realtimeTableId, staticBucketId } from "../template/logical-ids.ts";
import type { StackResource } from "../stack/stack-state.ts";

export interface HeldTable {
  readonly name: string;
  /** DynamoDB's estimate, up to six hours old. */
  readonly items: number;
  /** DynamoDB's estimate, up to six hours old. */
  readonly bytes: number;
  /** Whether it has no item right now. */
  readonly isEmpty: boolean;
  /** DynamoDB would refuse to delete it. */
  readonly isProtected: boolean;
}

export interface HeldBucket {
  readonly name: string;
  /** Of the first thousand. */
  readonly objects: number;
  /** Whether there are more than a thousand. */
  readonly hasMore: boolean;
}

/** Data that would be lost with a stack. */
export interface HeldData {
  readonly tables: readonly HeldTable[];
  readonly buckets: readonly HeldBucket[];
  /** URLs of its queues, whose messages would be lost. */
  readonly queues: readonly string[];
}

/** Concurrent table lookups. DescribeTable allows 2,500 calls per second, other control plane calls fewer. */
const concurrentTables = 4;

/**
 * Data held by a stack's resources, and by tables no longer in the stack. Deleted ones are omitted.
 */
export async function heldData(
  clients: AwsClients,
  resources: ReadonlyMap<string, StackResource>,
  otherTables: readonly string[],
): Promise<HeldData> {
  const ofType = (wanted: string): readonly string[] =>
    [...resources].flatMap(([id, { type, physicalId }]) =>
      // Room memberships do not matter once the stack's sockets have closed.
      type === wanted && id !== realtimeTableId ? [physicalId] : [],
    );
  // Use the stack's resources: the manifest may have changed since the last deploy, and a stack that was never
  // complete has no outputs.
  const names = new Set([...ofType("AWS::DynamoDB::Table"), ...otherTables]);
  const tables: HeldTable[] = [];
  await forEachConcurrently(names, concurrentTables, async (name) => {
    const table = await describeTable(clients, name);
    if (table !== null) tables.push(table);
  });
  const bucket = resources.get(staticBucketId);
  const held = bucket === undefined ? null : await describeBucket(clients, bucket.physicalId);
  return {
    tables: tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    buckets: held === null ? [] : [held],
    queues: ofType("AWS::SQS::Queue"),
  };
}

/** null: it is gone. */
async function describeTable(clients: AwsClients, name: string): Promise<HeldTable | null> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-dynamodb"), clients.dynamoDb()]);
  try {
    const { Table: table = {} } = await client.send(
      new sdk.DescribeTableCommand({ TableName: name }),
    );
    const { Items: items = [] } = await client.send(
      new sdk.ScanCommand({ TableName: name, Limit: 1 }),
    );
    return {
      name,
      items: table.ItemCount ?? 0,
      bytes: table.TableSizeBytes ?? 0,
      isEmpty: items.length === 0,
      isProtected: table.DeletionProtectionEnabled === true,
    };
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return null;
    throw error;
  }
}

/** null: it is gone. */
async function describeBucket(clients: AwsClients, name: string): Promise<HeldBucket | null> {
  const [{ ListObjectsV2Command }, client] = await Promise.all([
    import("@aws-sdk/client-s3"),
    clients.s3(),
  ]);
  try {
    const page = await client.send(new ListObjectsV2Command({ Bucket: name }));
    return { name, objects: page.Contents?.length ?? 0, hasMore: page.IsTruncated === true };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucket") return null;
    throw error;
  }
}
