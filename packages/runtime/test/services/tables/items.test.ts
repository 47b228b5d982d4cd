import { describe, expect, test } from "vitest";
import { item, plain, post, startDynamo, things, type Dynamo } from "./dynamo.ts";

const TableName = "plain";
const Key = item({ pk: "1" });

async function withPlain(): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", plain);
  return dynamo;
}

describe("items", () => {
  test("every type comes back as it was put, numbers in their one form", async () => {
    const { call } = await withPlain();
    const Item = {
      ...item({
        pk: "1",
        text: "ü\u{1f431}",
        no: false,
        nothing: null,
        bytes: new Uint8Array([0, 255]),
        list: ["a", 1, [null]],
        map: { deep: { er: "x" }, constructor: "own" },
        texts: new Set(["a", "b"]),
        empty: "",
      }),
      __proto: { M: {} },
      number: { N: "-0012.3400e2" },
      numbers: { NS: ["1.0", "2"] },
      wrongNull: { NULL: false },
    };
    await call("PutItem", { TableName, Item });
    const { Item: got } = await call("GetItem", { TableName, Key });
    expect(got).toEqual({
      ...Item,
      number: { N: "-1234" },
      numbers: { NS: ["1", "2"] },
      wrongNull: { NULL: true },
    });
  });

  test.each([
    ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
    ["9.9999999999999999999999999999999999999E+125", `${"9".repeat(38)}${"0".repeat(88)}`],
    ["1E-130", `0.${"0".repeat(129)}1`],
    ["00042", "42"],
    ["-0", "0"],
    ["3.1400", "3.14"],
    [".5", "0.5"],
  ])("the number %s is kept as %s", async (N, kept) => {
    const { call } = await withPlain();
    await call("PutItem", { TableName, Item: { ...Key, n: { N } } });
    expect((await call("GetItem", { TableName, Key }))["Item"].n).toEqual({ N: kept });
  });

  test.each([
    ["123456789012345678901234567890123456789", "more than 38 significant digits"],
    ["1E+126", "Number overflow. Attempting to store a number with magnitude larger"],
    ["-1E126", "Number overflow"],
    ["1E-131", "Number underflow. Attempting to store a number with magnitude smaller"],
    ["abc", "The parameter cannot be converted to a numeric value: abc"],
    ["", "The parameter cannot be converted to a numeric value"],
  ])("the number %s is refused", async (N, message) => {
    const { refused } = await withPlain();
    const refusal = await refused("PutItem", { TableName, Item: { ...Key, n: { N } } });
    expect(refusal).toMatchObject({ name: "ValidationException" });
    expect(refusal.message).toContain(message);
  });

  const invalid = "One or more parameter values were invalid: ";
  test.each<[object, string]>([
    [{ x: { SS: [] } }, `${invalid}An string set  may not be empty`],
    [{ x: { NS: [] } }, `${invalid}An number set  may not be empty`],
    [{ x: { BS: [] } }, `${invalid}Binary sets should not be empty`],
    [{ x: { M: { y: { L: [{ SS: [] }] } } } }, `${invalid}An string set  may not be empty`],
    [{ x: { SS: ["a", "a"] } }, `${invalid}Input collection [a, a] contains duplicates.`],
    [{ x: { NS: ["1", "1.0"] } }, "Input collection contains duplicates"],
    [{ pk: { N: "1" } }, `${invalid}Type mismatch for key pk expected: S actual: N`],
    [
      { pk: { S: "" } },
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
    ],
  ])("an item with %j is refused", async (Item, message) => {
    const { refused } = await withPlain();
    expect(await refused("PutItem", { TableName, Item: { ...Key, ...Item } })).toMatchObject({
      name: "ValidationException",
      message,
    });
  });

  test("keys have lengths", async () => {
    const { call, refused } = await withPlain();
    await call("CreateTable", things);
    await call("PutItem", { TableName, Item: item({ pk: "x".repeat(2048) }) });
    expect(
      await refused("PutItem", { TableName, Item: item({ pk: "x".repeat(2049) }) }),
    ).toMatchObject({
      message: `${invalid}Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    });
    const sorted = (length: number): object => ({
      TableName: "things",
      Key: item({ pk: "1", sk: "x".repeat(length) }),
    });
    await call("GetItem", sorted(1024));
    expect(await refused("GetItem", sorted(1025))).toMatchObject({
      message: `${invalid}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`,
    });
  });

  test("an item may hold 409,600 bytes and no more, names and structure counted", async () => {
    const { call, refused } = await withPlain();
    // pk + 1 + l + 3 + (1 + 3) + (1 + 1 + rest)
    const sized = (bytes: number): object => ({
      ...Key,
      l: { L: [{ N: "1234" }, { S: "x".repeat(bytes - 3 - 1 - 3 - 4 - 1) }] },
    });
    await call("PutItem", { TableName, Item: sized(409_600) });
    expect(await refused("PutItem", { TableName, Item: sized(409_601) })).toMatchObject({
      message: "Item size has exceeded the maximum allowed size",
    });
  });

  test("maps go 32 levels deep", async () => {
    const { call, refused } = await withPlain();
    const nested = (levels: number): object =>
      levels === 0 ? { S: "x" } : { M: { n: nested(levels - 1) } };
    await call("PutItem", { TableName, Item: { ...Key, x: nested(32) } });
    expect(
      (await refused("PutItem", { TableName, Item: { ...Key, x: nested(33) } })).message,
    ).toContain("Nesting Levels have exceeded supported limits");
  });

  test("keys of another shape are refused", async () => {
    const { call, refused } = await withPlain();
    await call("CreateTable", things);
    const message = "The provided key element does not match the schema";
    for (const wrong of [item({ pk: 1 }), item({ other: "x" }), item({ pk: "1", sk: "1" })])
      for (const operation of ["GetItem", "DeleteItem", "UpdateItem"])
        expect(await refused(operation, { TableName, Key: wrong })).toMatchObject({ message });
    expect(await refused("GetItem", { TableName: "things", Key: item({ pk: "1" }) })).toMatchObject(
      { message },
    );
    expect(await refused("PutItem", { TableName, Item: item({ x: 1 }) })).toMatchObject({
      message: "One or more parameter values were invalid: Missing the key pk in the item",
    });
  });

  test("values of keys of indexes are checked", async () => {
    const { call, refused } = await withPlain();
    await call("CreateTable", things);
    const put = (a: unknown): Promise<object> =>
      refused("PutItem", { TableName: "things", Item: { ...item({ pk: "1", sk: "1" }), a } });
    expect(await put({ N: "5" })).toMatchObject({
      message:
        "One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: N IndexName: allOfA",
    });
    expect(await put({ S: "" })).toMatchObject({
      message:
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: allOfA, IndexKey: a",
    });
    const update = (v: unknown): Promise<object> =>
      refused("UpdateItem", {
        TableName: "things",
        Key: item({ pk: "1", sk: "1" }),
        UpdateExpression: "SET a = :v",
        ExpressionAttributeValues: { ":v": v },
      });
    expect(await update({ S: "" })).toMatchObject({
      message:
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.",
    });
    expect(await update({ L: [] })).toMatchObject({
      message:
        "One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: L IndexName: allOfA",
    });
  });

  test("what a write returns", async () => {
    const { call, refused } = await withPlain();
    const old = item({ pk: "1", a: 1, b: { c: "x", d: "y" } });
    expect(
      await call("PutItem", { TableName, Item: old, ReturnValues: "ALL_OLD" }),
    ).not.toHaveProperty("Attributes");
    const update = async (ReturnValues: string, UpdateExpression: string): Promise<unknown> =>
      (
        await call("UpdateItem", {
          TableName,
          Key,
          UpdateExpression,
          ExpressionAttributeValues: { ":v": { N: "5" } },
          ReturnValues,
        })
      )["Attributes"];
    expect(await update("UPDATED_OLD", "SET a = :v, b.c = :v")).toEqual(
      item({ a: 1, b: { c: "x" } }),
    );
    expect(await update("UPDATED_NEW", "SET b.d = :v")).toEqual(item({ b: { d: 5 } }));
    expect(await update("ALL_OLD", "ADD a :v")).toEqual(item({ pk: "1", a: 5, b: { c: 5, d: 5 } }));
    expect(await update("ALL_NEW", "ADD a :v")).toEqual(
      item({ pk: "1", a: 15, b: { c: 5, d: 5 } }),
    );
    expect(await update("NONE", "ADD a :v")).toBeUndefined();
    const { Attributes } = await call("DeleteItem", { TableName, Key, ReturnValues: "ALL_OLD" });
    expect(Attributes).toMatchObject(item({ a: 20 }));
    expect(
      await refused("PutItem", { TableName, Item: old, ReturnValues: "UPDATED_NEW" }),
    ).toMatchObject({ message: "ReturnValues can only be ALL_OLD or NONE" });
  });

  test("a failed condition returns the item on demand", async () => {
    const { call, refused } = await withPlain();
    const Item = item({ pk: "1", a: 1 });
    await call("PutItem", { TableName, Item });
    const failing = {
      TableName,
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    for (const [operation, input] of [
      ["PutItem", { Item: item({ pk: "1" }) }],
      ["DeleteItem", { Key }],
      ["UpdateItem", { Key, UpdateExpression: "REMOVE a" }],
    ] as const)
      expect(await refused(operation, { ...failing, ...input })).toMatchObject({
        name: "ConditionalCheckFailedException",
        message: "The conditional request failed",
        Item,
      });
    const quiet = { ...failing, ReturnValuesOnConditionCheckFailure: "NONE" };
    expect((await refused("DeleteItem", { ...quiet, Key })).Item).toBeUndefined();
  });

  test("an update may not write more than an item holds", async () => {
    const { call, refused } = await withPlain();
    const written = (bytes: number): object => ({
      TableName,
      Key,
      UpdateExpression: "SET b = :v",
      ExpressionAttributeValues: { ":v": { S: "x".repeat(bytes - 1) } },
    });
    // An update costs three bytes, and each SET nineteen.
    await call("UpdateItem", written(409_600 - 22));
    expect(await refused("UpdateItem", written(409_600 - 21))).toMatchObject({
      message: "Item size to update has exceeded the maximum allowed size",
    });
  });
});

describe("requests", () => {
  const nowhere = "Requested resource not found";
  const constraint = "failed to satisfy constraint: Member must";
  test.each<[string, object, string, string]>([
    ["GetItem", { TableName: "none", Key }, "ResourceNotFoundException", nowhere],
    ["PutItem", { TableName: "none", Item: Key }, "ResourceNotFoundException", nowhere],
    ["Scan", { TableName: "none" }, "ResourceNotFoundException", nowhere],
    [
      "DescribeTable",
      { TableName: "none" },
      "ResourceNotFoundException",
      `${nowhere}: Table: none not found`,
    ],
    [
      "PutItem",
      { TableName: undefined, Item: Key },
      "ValidationException",
      `1 validation error detected: Value null at 'tableName' ${constraint} not be null`,
    ],
    [
      "PutItem",
      { TableName: "", Item: {}, ReturnValues: "X" },
      "ValidationException",
      `1 validation error detected: Value '' at 'tableName' ${constraint} have length greater than or equal to 1`,
    ],
    [
      "PutItem",
      { TableName: "bad table!", Item: Key },
      "ValidationException",
      `1 validation error detected: Value 'bad table!' at 'tableName' ${constraint} satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
    ],
    [
      "DeleteItem",
      { TableName, Key, ReturnValues: "X", ReturnConsumedCapacity: "Y" },
      "ValidationException",
      `2 validation errors detected: Value 'Y' at 'returnConsumedCapacity' ${constraint} satisfy enum value set: [INDEXES, TOTAL, NONE]; Value 'X' at 'returnValues' ${constraint} satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]`,
    ],
  ])("%s with %j is refused", async (operation, input, name, message) => {
    const { refused } = await withPlain();
    expect(await refused(operation, input)).toMatchObject({ name, message });
  });

  test("a request that is not valid for DynamoDB is refused with DynamoDB's error", async () => {
    const dynamo = await withPlain();
    expect(await post(dynamo, "DynamoDB_20120810.Nothing", "{}")).toMatchObject({
      status: 400,
      body: { __type: "com.amazon.coral.service#UnknownOperationException" },
    });
    expect(await post(dynamo, "DynamoDB_20120810.ExecuteStatement", "{}")).toMatchObject({
      body: { Message: expect.stringContaining("PartiQL") },
    });
    expect(await post(dynamo, "DynamoDB_20120810.GetItem", "{")).toMatchObject({
      status: 400,
      body: { __type: "com.amazon.coral.service#SerializationException" },
    });
    expect(
      await post(dynamo, "DynamoDB_20120810.GetItem", '{"TableName":1,"Key":{}}'),
    ).toMatchObject({ body: { Message: "NUMBER_VALUE cannot be converted to String" } });
    expect(
      await post(
        dynamo,
        "DynamoDB_20120810.GetItem",
        '{"TableName":"plain","Key":{"pk":{"B":"abc"}}}',
      ),
    ).toMatchObject({
      body: { Message: "Base64 encoded length is expected a multiple of 4 bytes but found: 3" },
    });
  });

  test("pages of other sites are refused, and cannot read an answer", async () => {
    const dynamo = await withPlain();
    const origin = { origin: "https://elsewhere.example" };
    expect(await post(dynamo, "DynamoDB_20120810.ListTables", "{}", origin)).toMatchObject({
      status: 403,
    });
    const answer = await fetch(dynamo.endpoint);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  });

  test("a table may be named by its ARN", async () => {
    const { call } = await withPlain();
    const { Table } = await call("DescribeTable", { TableName });
    await call("PutItem", { TableName: Table.TableArn, Item: Key });
    expect(await call("GetItem", { TableName, Key })).toMatchObject({ Item: Key });
  });
});
