import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { refusalOf, signedFetch } from "../../packages/functions/src/signed-fetch.ts";
import type { OpenStore, StreamEvent } from "../rooms/aws-platform.ts";

/** Milliseconds between two requests for records while there are none; Lambda waits 250. */
const pollMs = 25;

/** The DynamoDB of the emulator: a table of the deployed one's shape, whose stream is read shard by shard. */
export const openEmulated: OpenStore = async (onRecords) => {
  const endpoint = process.env["AWS_ENDPOINT_URL"] ?? "";
  const TableName = `rooms-${randomUUID()}`;
  const { TableDescription } = await call<{ TableDescription: { LatestStreamArn: string } }>(
    "DynamoDB_20120810.CreateTable",
    {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    },
  );
  const abort = new AbortController();
  const polling = pollStream(TableDescription.LatestStreamArn, onRecords, abort.signal);
  onTestFinished(async () => {
    abort.abort();
    await polling;
    await call("DynamoDB_20120810.DeleteTable", { TableName });
  });
  return { endpoint, tableName: TableName };

  async function call<Answer>(target: string, body: object): Promise<Answer> {
    const response = await signedFetch({
      url: endpoint,
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": target },
      body: JSON.stringify(body),
      service: "dynamodb",
    });
    if (!response.ok) throw await refusalOf(response);
    return (await response.json()) as Answer;
  }

  async function pollStream(
    StreamArn: string,
    deliver: (event: StreamEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const streams = "DynamoDBStreams_20120810";
    const { StreamDescription } = await call<{
      StreamDescription: { Shards: readonly { ShardId: string }[] };
    }>(`${streams}.DescribeStream`, { StreamArn });
    const [shard] = StreamDescription.Shards;
    let { ShardIterator } = await call<{ ShardIterator: string }>(`${streams}.GetShardIterator`, {
      StreamArn,
      ShardId: shard?.ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    while (!signal.aborted) {
      const page = await call<{ Records: readonly object[]; NextShardIterator: string }>(
        `${streams}.GetRecords`,
        { ShardIterator },
      );
      if (page.Records.length > 0) await deliver({ Records: page.Records });
      else await delay(pollMs);
      ShardIterator = page.NextShardIterator;
    }
  }
};
