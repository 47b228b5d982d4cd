import { describe, expect, test } from "vitest";
import { attribute, item, startDynamo, things, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "things";
const Key = item({ pk: "1", sk: "1" });

async function withItem(): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", things);
  await dynamo.call("PutItem", {
    TableName,
    Item: { ...Key, ...item({ name: "Tom", n: 5, tags: new Set(["x", "y"]) }) },
  });
  return dynamo;
}

const compares = (ComparisonOperator: string, ...values: unknown[]): object => ({
  ComparisonOperator,
  ...(values.length === 0 ? {} : { AttributeValueList: values.map(attribute) }),
});

describe("Expected", () => {
  test.each<[object, boolean, string?]>([
    [{ pk: { Exists: false } }, false],
    [{ none: { Exists: false } }, true],
    [{ name: { Value: { S: "Tom" } } }, true],
    [{ name: { Exists: true, Value: { S: "Bob" } } }, false],
    [{ name: compares("BEGINS_WITH", "T") }, true],
    [{ name: compares("EQ", "Tom"), n: compares("GT", 9) }, false, "AND"],
    [{ name: compares("EQ", "Tom"), n: compares("GT", 9) }, true, "OR"],
    [{ n: compares("BETWEEN", 1, 5) }, true],
    [{ n: compares("IN", 1, 5) }, true],
    [{ tags: compares("CONTAINS", "x") }, true],
    [{ tags: compares("NOT_CONTAINS", "x") }, false],
    [{ none: compares("NULL") }, true],
    [{ none: compares("NOT_NULL") }, false],
    [{ none: compares("NE", "x") }, true],
  ])("%j lets a delete through: %s", async (Expected, isMet, ConditionalOperator) => {
    const { call } = await withItem();
    const deleted = await call("DeleteItem", {
      TableName,
      Key,
      Expected,
      ConditionalOperator,
    }).then(
      () => true,
      (error: unknown) => (error as Error).name !== "ConditionalCheckFailedException" && error,
    );
    expect(deleted).toBe(isMet);
  });

  const invalid = "One or more parameter values were invalid: ";
  test.each<[object, string]>([
    [{ a: {} }, `${invalid}Value must be provided when Exists is null for Attribute: a`],
    [
      { a: { Exists: true } },
      `${invalid}Value must be provided when Exists is true for Attribute: a`,
    ],
    [
      { a: { Exists: false, Value: { S: "x" } } },
      `${invalid}Value cannot be used when Exists is false for Attribute: a`,
    ],
    [
      { a: { AttributeValueList: [] } },
      `${invalid}AttributeValueList can only be used with a ComparisonOperator for Attribute: a`,
    ],
    [
      { a: { ComparisonOperator: "EQ" } },
      `${invalid}Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a`,
    ],
    [
      { a: compares("BETWEEN", 1) },
      `${invalid}Invalid number of argument(s) for the BETWEEN ComparisonOperator`,
    ],
    [
      { a: compares("BETWEEN", 2, 1) },
      "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
    ],
  ])("%j is refused", async (Expected, message) => {
    const { refused } = await withItem();
    expect(await refused("DeleteItem", { TableName, Key, Expected })).toMatchObject({ message });
  });
});

describe("AttributeUpdates", () => {
  test.each<[object, Output]>([
    [{ name: { Value: { S: "Bob" } } }, { name: { S: "Bob" } }],
    [{ fresh: { Action: "PUT", Value: { N: "1" } } }, { fresh: { N: "1" } }],
    [{ n: { Action: "ADD", Value: { N: "2" } } }, { n: { N: "7" } }],
    [{ tags: { Action: "ADD", Value: { SS: ["z"] } } }, { tags: { SS: ["x", "y", "z"] } }],
    [{ tags: { Action: "DELETE", Value: { SS: ["x"] } } }, { tags: { SS: ["y"] } }],
  ])("%j", async (AttributeUpdates, expected) => {
    const { call } = await withItem();
    const { Attributes } = await call("UpdateItem", {
      TableName,
      Key,
      AttributeUpdates,
      ReturnValues: "ALL_NEW",
    });
    expect(Attributes).toMatchObject({ ...Key, ...expected });
  });

  test("DELETE without a value removes; keys and senseless actions are refused", async () => {
    const { call, refused } = await withItem();
    const update = (AttributeUpdates: object): object => ({ TableName, Key, AttributeUpdates });
    await call("UpdateItem", update({ name: { Action: "DELETE" } }));
    expect((await call("GetItem", { TableName, Key }))["Item"].name).toBeUndefined();
    for (const [given, message] of [
      [
        { pk: { Value: { S: "x" } } },
        "Cannot update attribute pk. This attribute is part of the key",
      ],
      [
        { a: { Action: "PUT" } },
        "Only DELETE action is allowed when no attribute value is specified",
      ],
      [{ a: { Action: "ADD", Value: { S: "x" } } }, "ADD action is not supported for the type S"],
      [
        { a: { Action: "DELETE", Value: { S: "x" } } },
        "DELETE action with value is not supported for the type S",
      ],
    ] as const)
      expect(await refused("UpdateItem", update(given))).toMatchObject({
        message: `One or more parameter values were invalid: ${message}`,
      });
  });
});

describe("KeyConditions, filters and AttributesToGet", () => {
  test("select rows and attributes", async () => {
    const { call } = await withItem();
    for (const sk of ["2", "3", "4"])
      await call("PutItem", { TableName, Item: item({ pk: "1", sk, n: Number(sk) }) });
    const { Items } = await call("Query", {
      TableName,
      KeyConditions: { pk: compares("EQ", "1"), sk: compares("GE", "2") },
      QueryFilter: { n: compares("NE", 3) },
      AttributesToGet: ["n"],
    });
    expect(Items).toEqual([item({ n: 2 }), item({ n: 4 })]);
    const scanned = await call("Scan", {
      TableName,
      ScanFilter: { n: compares("LT", 4), name: compares("NULL") },
      ConditionalOperator: "AND",
      AttributesToGet: ["sk"],
    });
    expect(scanned).toMatchObject({ Count: 2, ScannedCount: 4 });
    expect(await call("GetItem", { TableName, Key, AttributesToGet: ["n", "none"] })).toMatchObject(
      { Item: item({ n: 5 }) },
    );
  });

  test("mistakes are refused", async () => {
    const { refused } = await withItem();
    const query = (KeyConditions: object, more: object = {}): Promise<object> =>
      refused("Query", { TableName, KeyConditions, ...more });
    expect(await query({ pk: compares("NE", "1") })).toMatchObject({
      message: "Attempted conditional constraint is not an indexable operation",
    });
    expect(await query({})).toMatchObject({ message: "Conditions can be of length 1 or 2 only" });
    expect(
      await query({ pk: compares("EQ", "1") }, { QueryFilter: { sk: compares("EQ", "1") } }),
    ).toMatchObject({
      message: "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk",
    });
    expect(await query({ pk: compares("EQ", "1") }, { AttributesToGet: ["n", "n"] })).toMatchObject(
      {
        message: "One or more parameter values were invalid: Duplicate value in attribute name: n",
      },
    );
  });
});
