import { expect, test } from "vitest";
import { item, keys, plain, startDynamo, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "table";
/** A global index that holds `proj`, and a local one that holds everything. */
const table = {
  TableName,
  AttributeDefinitions: ["pk", "sk", "g", "l"].map((AttributeName) => ({
    AttributeName,
    AttributeType: "S",
  })),
  KeySchema: keys("pk", "sk"),
  BillingMode: "PAY_PER_REQUEST",
  GlobalSecondaryIndexes: [
    {
      IndexName: "global",
      KeySchema: keys("g"),
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["proj"] },
    },
  ],
  LocalSecondaryIndexes: [
    { IndexName: "local", KeySchema: keys("pk", "l"), Projection: { ProjectionType: "ALL" } },
  ],
};
const Key = item({ pk: "1", sk: "1" });
const full = { ...Key, ...item({ g: "g", l: "l", proj: "p", out: "o" }) };

async function withTable(): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", table);
  return dynamo;
}

/** Units in all, of the table, of the global and of the local index. */
function units({ ConsumedCapacity: capacity }: Output): (number | undefined)[] {
  return [
    capacity.CapacityUnits,
    capacity.Table?.CapacityUnits,
    capacity.GlobalSecondaryIndexes?.["global"]?.CapacityUnits,
    capacity.LocalSecondaryIndexes?.["local"]?.CapacityUnits,
  ];
}

test("a put pays for the indexes it changes", async () => {
  const { call } = await withTable();
  const put = async (Item: Output, mode = "INDEXES"): Promise<unknown> =>
    units(await call("PutItem", { TableName, Item, ReturnConsumedCapacity: mode }));
  expect(await put(Key)).toEqual([1, 1, undefined, undefined]);
  expect(await put(full)).toEqual([3, 1, 1, 1]);
  expect(await put(full)).toEqual([1, 1, undefined, undefined]);
  expect(await put(Key, "TOTAL")).toEqual([3, undefined, undefined, undefined]);
});

test.each<[string, number[]]>([
  ["SET #out = :v", [2, 1, 0, 1]],
  ["SET proj = :v", [3, 1, 1, 1]],
  ["SET g = :v", [4, 1, 2, 1]],
  ["REMOVE g", [3, 1, 1, 1]],
  ["SET l = :v", [3, 1, 0, 2]],
])("%s costs %j", async (UpdateExpression, expected) => {
  const { call } = await withTable();
  await call("PutItem", { TableName, Item: full });
  const updated = await call("UpdateItem", {
    TableName,
    Key,
    UpdateExpression,
    ...(UpdateExpression.includes("#out") ? { ExpressionAttributeNames: { "#out": "out" } } : {}),
    ...(UpdateExpression.includes(":v")
      ? { ExpressionAttributeValues: item({ ":v": "changed" }) }
      : {}),
    ReturnConsumedCapacity: "INDEXES",
  });
  expect(units(updated).map((count) => count ?? 0)).toEqual(expected);
});

test("a delete pays for the indexes the item was in", async () => {
  const { call } = await withTable();
  await call("PutItem", { TableName, Item: full });
  const deleted = await call("DeleteItem", { TableName, Key, ReturnConsumedCapacity: "INDEXES" });
  expect(units(deleted)).toEqual([3, 1, 1, 1]);
});

test("reads pay for what they read, twice when it must be consistent, filter or not", async () => {
  const { call } = await withTable();
  for (let index = 0; index < 10; index += 1)
    await call("PutItem", {
      TableName,
      Item: item({ pk: "1", sk: String(index), g: "g", text: "x".repeat(1000) }),
    });
  const get = async (sk: string, ConsistentRead: boolean): Promise<unknown> =>
    units(
      await call("GetItem", {
        TableName,
        Key: item({ pk: "1", sk }),
        ConsistentRead,
        ReturnConsumedCapacity: "TOTAL",
      }),
    )[0];
  expect([await get("1", false), await get("1", true), await get("none", false)]).toEqual([
    0.5, 1, 0.5,
  ]);
  const query = async (more: object): Promise<unknown> =>
    units(
      await call("Query", {
        TableName,
        KeyConditionExpression: "pk = :p",
        ReturnConsumedCapacity: "INDEXES",
        ...more,
        ExpressionAttributeValues: item({ ":p": "1" }),
      }),
    ).slice(0, 3);
  expect(await query({})).toEqual([1.5, 1.5, undefined]);
  expect(await query({ ConsistentRead: true })).toEqual([3, 3, undefined]);
  expect(await query({ FilterExpression: "attribute_exists(absent)" })).toEqual([
    1.5,
    1.5,
    undefined,
  ]);
  const global = await call("Query", {
    TableName,
    IndexName: "global",
    KeyConditionExpression: "g = :g",
    ExpressionAttributeValues: item({ ":g": "g" }),
    ReturnConsumedCapacity: "INDEXES",
  });
  expect(units(global)).toEqual([0.5, 0, 0.5, undefined]);
});

test("batches are counted by table, and transactions twice", async () => {
  const { call } = await withTable();
  await call("CreateTable", plain);
  const batch = await call("BatchWriteItem", {
    RequestItems: {
      [TableName]: [{ PutRequest: { Item: full } }],
      plain: [{ PutRequest: { Item: item({ pk: "1" }) } }],
    },
    ReturnConsumedCapacity: "TOTAL",
  });
  expect(batch["ConsumedCapacity"]).toEqual([
    { TableName, CapacityUnits: 3 },
    { TableName: "plain", CapacityUnits: 1 },
  ]);
  const read = await call("TransactGetItems", {
    TransactItems: ["1", "none"].map((pk) => ({ Get: { TableName: "plain", Key: item({ pk }) } })),
    ReturnConsumedCapacity: "INDEXES",
  });
  expect(read["ConsumedCapacity"]).toEqual([
    {
      TableName: "plain",
      CapacityUnits: 4,
      ReadCapacityUnits: 4,
      Table: { CapacityUnits: 4, ReadCapacityUnits: 4 },
    },
  ]);
  const written = await call("TransactWriteItems", {
    TransactItems: [{ Put: { TableName: "plain", Item: item({ pk: "1", n: 1 }) } }],
    ReturnConsumedCapacity: "TOTAL",
  });
  expect(written["ConsumedCapacity"]).toMatchObject([{ CapacityUnits: 2, WriteCapacityUnits: 2 }]);
});

test("collections of items are measured in tables with local indexes", async () => {
  const { call } = await withTable();
  await call("CreateTable", plain);
  const put = async (name: string, Item: Output): Promise<unknown> =>
    (await call("PutItem", { TableName: name, Item, ReturnItemCollectionMetrics: "SIZE" }))[
      "ItemCollectionMetrics"
    ];
  expect(await put(TableName, full)).toEqual({
    ItemCollectionKey: item({ pk: "1" }),
    SizeEstimateRangeGB: [0, 1],
  });
  expect(await put("plain", item({ pk: "1" }))).toBeUndefined();
  const batch = await call("BatchWriteItem", {
    RequestItems: { [TableName]: [{ DeleteRequest: { Key } }] },
    ReturnItemCollectionMetrics: "SIZE",
  });
  expect(batch["ItemCollectionMetrics"]).toEqual({
    [TableName]: [{ ItemCollectionKey: item({ pk: "1" }), SizeEstimateRangeGB: [0, 1] }],
  });
});
