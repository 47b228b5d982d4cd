import { describe, expect, test } from "vitest";
import { item, plain, startDynamo, streams, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "plain";

async function streamed(StreamViewType: string): Promise<Dynamo & { StreamArn: string }> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", {
    ...plain,
    StreamSpecification: { StreamEnabled: true, StreamViewType },
  });
  const { Table } = await dynamo.call("DescribeTable", { TableName });
  return { ...dynamo, StreamArn: Table.LatestStreamArn };
}

async function shardOf(dynamo: Dynamo, StreamArn: string): Promise<string> {
  const { StreamDescription } = await streams(dynamo, "DescribeStream", { StreamArn });
  return StreamDescription.Shards[0].ShardId;
}

async function read(
  dynamo: Dynamo,
  StreamArn: string,
  ShardIteratorType = "TRIM_HORIZON",
  more: object = {},
): Promise<Output> {
  const { ShardIterator } = await streams(dynamo, "GetShardIterator", {
    StreamArn,
    ShardId: await shardOf(dynamo, StreamArn),
    ShardIteratorType,
    ...more,
  });
  return streams(dynamo, "GetRecords", { ShardIterator });
}

describe("the streams API", () => {
  test("lists and describes streams", async () => {
    const dynamo = await streamed("NEW_IMAGE");
    const { StreamArn } = dynamo;
    expect(await streams(dynamo, "ListStreams", {})).toMatchObject({
      Streams: [{ StreamArn, TableName }],
    });
    expect(await streams(dynamo, "ListStreams", { TableName: "other" })).toEqual({ Streams: [] });
    expect(await streams(dynamo, "DescribeStream", { StreamArn })).toMatchObject({
      StreamDescription: {
        StreamStatus: "ENABLED",
        StreamViewType: "NEW_IMAGE",
        KeySchema: plain.KeySchema,
        Shards: [{ ShardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/) }],
      },
    });
    expect(await streams(dynamo, "DescribeStream", { StreamArn: `${StreamArn}9` })).toMatchObject({
      __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
    });
  });

  test("gives each change with its images, and none for a write that changes nothing", async () => {
    const dynamo = await streamed("NEW_AND_OLD_IMAGES");
    const { call, StreamArn } = dynamo;
    const Key = item({ pk: "1" });
    await call("PutItem", { TableName, Item: { ...Key, ...item({ n: 1 }) } });
    await call("PutItem", { TableName, Item: { ...Key, ...item({ n: 1 }) } });
    await call("UpdateItem", { TableName, Key, UpdateExpression: "REMOVE n" });
    await call("TransactWriteItems", {
      TransactItems: [
        { Delete: { TableName, Key } },
        { Put: { TableName, Item: item({ pk: "2" }) } },
      ],
    });
    const { Records, NextShardIterator } = await read(dynamo, StreamArn);
    expect(Records).toMatchObject([
      { eventName: "INSERT", dynamodb: { Keys: Key, NewImage: item({ n: 1 }) } },
      { eventName: "MODIFY", dynamodb: { OldImage: item({ n: 1 }), NewImage: Key } },
      { eventName: "REMOVE", dynamodb: { OldImage: Key } },
      { eventName: "INSERT", dynamodb: { Keys: item({ pk: "2" }) } },
    ]);
    expect(Records[2].dynamodb).not.toHaveProperty("NewImage");
    expect(await streams(dynamo, "GetRecords", { ShardIterator: NextShardIterator })).toMatchObject(
      {
        Records: [],
      },
    );
  });

  test.each<[string, string[]]>([
    ["NEW_IMAGE", ["NewImage"]],
    ["OLD_IMAGE", ["OldImage"]],
    ["KEYS_ONLY", []],
    ["NEW_AND_OLD_IMAGES", ["NewImage", "OldImage"]],
  ])("%s shows %j of a change", async (view, images) => {
    const dynamo = await streamed(view);
    for (const n of [1, 2]) await dynamo.call("PutItem", { TableName, Item: item({ pk: "1", n }) });
    const { Records } = await read(dynamo, dynamo.StreamArn);
    const shown = ["NewImage", "OldImage"].filter((name) => name in Records[1].dynamodb);
    expect(shown).toEqual(images);
    expect(Records[1].dynamodb).toMatchObject({ StreamViewType: view, Keys: item({ pk: "1" }) });
  });

  test("iterators begin at the requested position", async () => {
    const dynamo = await streamed("KEYS_ONLY");
    const { call, StreamArn } = dynamo;
    for (const pk of ["1", "2", "3"]) await call("PutItem", { TableName, Item: item({ pk }) });
    const { Records } = await read(dynamo, StreamArn);
    const names = ({ Records: found }: Output): string[] =>
      found.map(({ dynamodb }: Output) => dynamodb.Keys.pk.S);
    const SequenceNumber = Records[1].dynamodb.SequenceNumber;
    expect(names(await read(dynamo, StreamArn, "AT_SEQUENCE_NUMBER", { SequenceNumber }))).toEqual([
      "2",
      "3",
    ]);
    expect(
      names(await read(dynamo, StreamArn, "AFTER_SEQUENCE_NUMBER", { SequenceNumber })),
    ).toEqual(["3"]);
    const latest = await read(dynamo, StreamArn, "LATEST");
    expect(latest["Records"]).toEqual([]);
    await call("PutItem", { TableName, Item: item({ pk: "4" }) });
    expect(
      names(await streams(dynamo, "GetRecords", { ShardIterator: latest["NextShardIterator"] })),
    ).toEqual(["4"]);
    expect(await streams(dynamo, "GetRecords", { ShardIterator: "nonsense" })).toMatchObject({
      message: "Invalid ShardIterator",
    });
  });

  test("a stream that is turned off ends; another one begins with another name", async () => {
    const dynamo = await streamed("KEYS_ONLY");
    const { call, StreamArn } = dynamo;
    await call("PutItem", { TableName, Item: item({ pk: "1" }) });
    await call("UpdateTable", { TableName, StreamSpecification: { StreamEnabled: false } });
    await call("PutItem", { TableName, Item: item({ pk: "2" }) });
    const { Records, NextShardIterator } = await read(dynamo, StreamArn);
    expect([Records.length, NextShardIterator]).toEqual([1, undefined]);
    expect(await streams(dynamo, "DescribeStream", { StreamArn })).toMatchObject({
      StreamDescription: { StreamStatus: "DISABLED" },
    });
  });
});
