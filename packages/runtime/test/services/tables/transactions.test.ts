import { describe, expect, test } from "vitest";
import { item, plain, startDynamo, things, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "plain";
const Key = (pk: string): Output => item({ pk });

async function withTables(): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", plain);
  await dynamo.call("CreateTable", things);
  return dynamo;
}

const put = (values: Output, more: object = {}): object => ({
  Put: { TableName, Item: item(values), ...more },
});

describe("TransactWriteItems", () => {
  test("does everything, in several tables", async () => {
    const { call } = await withTables();
    await call("PutItem", { TableName, Item: item({ pk: "changed", n: 1 }) });
    await call("PutItem", { TableName, Item: item({ pk: "deleted" }) });
    await call("PutItem", { TableName, Item: item({ pk: "checked", ok: true }) });
    await call("TransactWriteItems", {
      TransactItems: [
        put({ pk: "put" }),
        { Put: { TableName: "things", Item: item({ pk: "put", sk: "1" }) } },
        {
          Update: {
            TableName,
            Key: Key("changed"),
            UpdateExpression: "ADD n :one",
            ExpressionAttributeValues: item({ ":one": 1 }),
          },
        },
        { Delete: { TableName, Key: Key("deleted") } },
        {
          ConditionCheck: {
            TableName,
            Key: Key("checked"),
            ConditionExpression: "ok = :ok",
            ExpressionAttributeValues: item({ ":ok": true }),
          },
        },
      ],
    });
    const { Responses } = await call("TransactGetItems", {
      TransactItems: [
        { Get: { TableName, Key: Key("put") } },
        { Get: { TableName: "things", Key: item({ pk: "put", sk: "1" }) } },
        { Get: { TableName, Key: Key("changed"), ProjectionExpression: "n" } },
        { Get: { TableName, Key: Key("deleted") } },
        { Get: { TableName, Key: Key("checked") } },
      ],
    });
    expect(Responses.map(({ Item }: Output) => Item)).toEqual([
      item({ pk: "put" }),
      item({ pk: "put", sk: "1" }),
      item({ n: 2 }),
      undefined,
      item({ pk: "checked", ok: true }),
    ]);
  });

  test("does nothing when a condition fails, and gives each action's reason", async () => {
    const { call, refused } = await withTables();
    await call("PutItem", { TableName, Item: item({ pk: "there", n: 1 }) });
    const unless = { ConditionExpression: "attribute_not_exists(pk)" };
    const refusal = await refused("TransactWriteItems", {
      TransactItems: [
        put({ pk: "new" }, unless),
        put({ pk: "there" }, { ...unless, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
        { Put: { TableName: "things", Item: { ...item({ pk: "1", sk: "1" }), a: { N: "5" } } } },
        {
          ConditionCheck: {
            TableName,
            Key: Key("none"),
            ConditionExpression: "attribute_exists(pk)",
          },
        },
      ],
    });
    expect(refusal).toMatchObject({
      name: "TransactionCanceledException",
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError, ConditionalCheckFailed]",
    });
    expect(refusal.CancellationReasons).toMatchObject([
      { Code: "None" },
      {
        Code: "ConditionalCheckFailed",
        Message: "The conditional request failed",
        Item: item({ pk: "there", n: 1 }),
      },
      {
        Code: "ValidationError",
        Message:
          "One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: N IndexName: allOfA",
      },
      { Code: "ConditionalCheckFailed" },
    ]);
    expect((await call("GetItem", { TableName, Key: Key("new") }))["Item"]).toBeUndefined();
  });

  test.each<[string, object, string]>([
    [
      "a put with a key of another type",
      { Put: { TableName, Item: item({ pk: 5 }) } },
      "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N",
    ],
    [
      "a delete with a key of another type",
      { Delete: { TableName, Key: item({ pk: 5 }) } },
      "The provided key element does not match the schema",
    ],
    [
      "an update that makes an item too large",
      {
        Update: {
          TableName,
          Key: Key("1"),
          UpdateExpression: "SET x = :x",
          ExpressionAttributeValues: item({ ":x": "x".repeat(409_600) }),
        },
      },
      "Item size to update has exceeded the maximum allowed size",
    ],
    [
      "an update of what is not there",
      { Update: { TableName, Key: Key("1"), UpdateExpression: "SET x = y" } },
      "The provided expression refers to an attribute that does not exist in the item",
    ],
  ])("%s cancels it", async (_, action, Message) => {
    const { refused } = await withTables();
    expect(await refused("TransactWriteItems", { TransactItems: [action] })).toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "ValidationError", Message }],
    });
  });

  const constraint = "failed to satisfy constraint: Member must have length";
  test.each<[string, object[], string | RegExp]>([
    [
      "no action",
      [],
      `1 validation error detected: Value '[]' at 'transactItems' ${constraint} greater than or equal to 1`,
    ],
    [
      "101 actions",
      Array.from({ length: 101 }, (_, index) => put({ pk: String(index) })),
      /^1 validation error detected: Value '\[.+\]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100$/,
    ],
    [
      "one item twice",
      [put({ pk: "1" }), put({ pk: "1", n: 1 })],
      "Transaction request cannot include multiple operations on one item",
    ],
    [
      "an action of two kinds",
      [{ ...put({ pk: "1" }), Delete: { TableName, Key: Key("2") } }],
      "TransactItems can only contain one of Check, Put, Update or Delete",
    ],
    [
      "an empty key",
      [{ Delete: { TableName, Key: Key("") } }],
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
    ],
    [
      "an item that is too large",
      [put({ pk: "1", x: "x".repeat(410_000) })],
      "Item size has exceeded the maximum allowed size",
    ],
    [
      "more than 4 MB",
      Array.from({ length: 12 }, (_, index) => put({ pk: String(index), x: "x".repeat(350_000) })),
      /4 MB/,
    ],
    [
      "a mistake in an expression",
      [put({ pk: "1" }, { ConditionExpression: "n" })],
      /^Invalid ConditionExpression: Syntax error/,
    ],
  ])("%s is refused as a whole", async (_, TransactItems, message) => {
    const { refused } = await withTables();
    const refusal = await refused("TransactWriteItems", { TransactItems });
    expect(refusal.name).toBe("ValidationException");
    if (typeof message === "string") expect(refusal.message).toBe(message);
    else expect(refusal.message).toMatch(message);
  });

  test("100 actions and 3.5 MB are done", async () => {
    const { call } = await withTables();
    await call("TransactWriteItems", {
      TransactItems: Array.from({ length: 100 }, (_, index) =>
        put({ pk: String(index), x: "x".repeat(35_000) }),
      ),
    });
    expect(await call("Scan", { TableName, Select: "COUNT" })).toMatchObject({ ScannedCount: 29 });
  });

  test("a token makes it once, whatever happened since, and names one request", async () => {
    const { call, refused } = await withTables();
    const add = (n: number): object => ({
      ClientRequestToken: "token",
      TransactItems: [
        {
          Update: {
            TableName,
            Key: Key("1"),
            UpdateExpression: "ADD n :n",
            ExpressionAttributeValues: item({ ":n": n }),
          },
        },
      ],
    });
    await call("TransactWriteItems", add(1));
    await call("TransactWriteItems", add(1));
    expect((await call("GetItem", { TableName, Key: Key("1") }))["Item"]).toEqual(
      item({ pk: "1", n: 1 }),
    );
    expect(await refused("TransactWriteItems", add(2))).toMatchObject({
      name: "IdempotentParameterMismatchException",
    });
  });

  test("readers never see half of it, under load", async () => {
    const { call } = await withTables();
    const pair = (n: number): object => ({
      TransactItems: ["left", "right"].map((pk) => put({ pk, n })),
    });
    await call("TransactWriteItems", pair(0));
    const writes = Array.from({ length: 60 }, (_, index) =>
      call("TransactWriteItems", pair(index)),
    );
    const reads = Array.from({ length: 60 }, async () => {
      const { Responses } = await call("TransactGetItems", {
        TransactItems: ["left", "right"].map((pk) => ({ Get: { TableName, Key: Key(pk) } })),
      });
      return Responses.map(({ Item }: Output) => Item.n.N);
    });
    await Promise.all(writes);
    for (const [left, right] of await Promise.all(reads)) expect(left).toBe(right);
  });
});

describe("TransactGetItems", () => {
  test("mistakes are refused", async () => {
    const { refused } = await withTables();
    const get = (key: Output, name = TableName): object => ({ Get: { TableName: name, Key: key } });
    const transact = (...TransactItems: object[]): Promise<object> =>
      refused("TransactGetItems", { TransactItems });
    expect(await transact()).toMatchObject({ name: "ValidationException" });
    expect(await transact(get(Key("1")), get(Key("1")))).toMatchObject({
      message: "Transaction request cannot include multiple operations on one item",
    });
    expect(await transact(get(Key("1"), "none"))).toMatchObject({
      name: "ResourceNotFoundException",
    });
    expect(await transact(get(Key("1")), get(item({ pk: 1 })))).toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [
        { Code: "None" },
        { Code: "ValidationError", Message: "The provided key element does not match the schema" },
      ],
    });
    const many = Array.from({ length: 101 }, (_, index) => get(Key(String(index))));
    expect(await transact(...many)).toMatchObject({
      message: expect.stringContaining("Member must have length less than or equal to 100"),
    });
  });
});
