import { describe, expect, test } from "vitest";
import { item, keys, plain, startDynamo, things, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "things";

async function withThings(): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", things);
  return dynamo;
}

async function filled({ call }: Dynamo): Promise<void> {
  for (const [index, sk] of ["a", "b", "c", "d", "e"].entries())
    await call("PutItem", {
      TableName,
      Item: item({
        pk: "p",
        sk,
        a: index % 2 === 0 ? "even" : "odd",
        b: String(9 - index),
        n: index,
        data: `d${index}`,
        extra: "o",
      }),
    });
  await call("PutItem", { TableName, Item: item({ pk: "q", sk: "only" }) });
}

function queried(condition: string, values: Output, more: object = {}): object {
  return {
    TableName,
    KeyConditionExpression: condition,
    ExpressionAttributeValues: item(values),
    ...more,
  };
}

const sortKeys = ({ Items }: Output): string[] => Items.map(({ sk }: Output) => sk.S);

describe("queries", () => {
  test.each<[string, Output, string]>([
    ["pk = :p", {}, "abcde"],
    ["pk = :p AND sk = :s", { ":s": "c" }, "c"],
    ["pk = :p AND sk < :s", { ":s": "c" }, "ab"],
    ["pk = :p AND sk <= :s", { ":s": "c" }, "abc"],
    ["pk = :p AND sk > :s", { ":s": "c" }, "de"],
    ["pk = :p AND sk >= :s", { ":s": "c" }, "cde"],
    [":s <= sk AND pk = :p", { ":s": "c" }, "cde"],
    ["pk = :p AND sk BETWEEN :s AND :t", { ":s": "b", ":t": "d" }, "bcd"],
    ["pk = :p AND begins_with(sk, :s)", { ":s": "d" }, "d"],
    ["((pk = :p)) AND ((sk = :s))", { ":s": "b" }, "b"],
    ["(pk = :p AND sk = :s)", { ":s": "none" }, ""],
  ])("%s", async (condition, values, expected) => {
    const dynamo = await withThings();
    await filled(dynamo);
    const result = await dynamo.call("Query", queried(condition, { ":p": "p", ...values }));
    expect(sortKeys(result).join("")).toBe(expected);
    expect([result["Count"], result["ScannedCount"]]).toEqual([expected.length, expected.length]);
  });

  test("backwards, page after page, without a row twice or never", async () => {
    const dynamo = await withThings();
    await filled(dynamo);
    for (const ScanIndexForward of [true, false]) {
      const seen: string[] = [];
      let ExclusiveStartKey: Output | undefined;
      do {
        const page: Output = await dynamo.call(
          "Query",
          queried("pk = :p", { ":p": "p" }, { Limit: 2, ScanIndexForward, ExclusiveStartKey }),
        );
        seen.push(...sortKeys(page));
        ExclusiveStartKey = page["LastEvaluatedKey"];
      } while (ExclusiveStartKey !== undefined);
      expect(seen.join("")).toBe(ScanIndexForward ? "abcde" : "edcba");
    }
  });

  test("a limit counts items read, before the filter", async () => {
    const dynamo = await withThings();
    await filled(dynamo);
    const result = await dynamo.call(
      "Query",
      queried(
        "pk = :p",
        { ":p": "p", ":even": "even" },
        { Limit: 3, FilterExpression: "a = :even" },
      ),
    );
    expect(result).toMatchObject({
      Count: 2,
      ScannedCount: 3,
      LastEvaluatedKey: item({ pk: "p", sk: "c" }),
    });
    const all = await dynamo.call("Query", queried("pk = :p", { ":p": "p" }, { Limit: 5 }));
    expect(all["LastEvaluatedKey"]).toEqual(item({ pk: "p", sk: "e" }));
  });

  test("a page ends before 1 MB", async () => {
    const { call } = await withThings();
    for (let index = 0; index < 4; index += 1)
      await call("PutItem", {
        TableName,
        Item: item({ pk: "big", sk: String(index), text: "x".repeat(300_000) }),
      });
    const first = await call("Query", queried("pk = :p", { ":p": "big" }));
    expect(first).toMatchObject({ Count: 3, LastEvaluatedKey: item({ pk: "big", sk: "2" }) });
  });

  test("indexes hold items that have their keys, sorted, with the projected attributes", async () => {
    const dynamo = await withThings();
    await filled(dynamo);
    const read = (IndexName: string, condition: string, more: object = {}): Promise<Output> =>
      dynamo.call("Query", queried(condition, { ":v": "even" }, { IndexName, ...more }));
    expect(sortKeys(await read("allOfA", "a = :v"))).toEqual(["a", "c", "e"]);
    const some = await read("someOfA", "a = :v");
    expect(some["Items"][0]).toEqual(item({ pk: "p", sk: "e", a: "even", b: "5", data: "d4" }));
    const local = (IndexName: string, more: object = {}): Promise<Output> =>
      dynamo.call("Query", queried("pk = :p", { ":p": "p" }, { IndexName, ...more }));
    expect(sortKeys(await local("byB"))).toEqual(["e", "d", "c", "b", "a"]);
    expect((await local("byB"))["Items"][0]).toEqual(item({ pk: "p", sk: "e", a: "even", b: "5" }));
    expect((await local("byB", { Select: "ALL_ATTRIBUTES" }))["Items"][0].extra).toEqual({
      S: "o",
    });
    expect((await local("byB", { ProjectionExpression: "extra" }))["Items"][0]).toEqual(
      item({ extra: "o" }),
    );
    expect(await local("byB", { ConsistentRead: true, Limit: 1 })).toMatchObject({
      LastEvaluatedKey: item({ pk: "p", sk: "e", b: "5" }),
    });
    await dynamo.call("UpdateItem", {
      TableName,
      Key: item({ pk: "p", sk: "c" }),
      UpdateExpression: "REMOVE a",
    });
    expect(sortKeys(await read("allOfA", "a = :v"))).toEqual(["a", "e"]);
  });

  test("rows with equal keys of an index are all there, over pages too", async () => {
    const { call } = await withThings();
    for (let index = 0; index < 7; index += 1)
      await call("PutItem", {
        TableName,
        Item: item({ pk: `p${index}`, sk: "s", a: "same", b: "same" }),
      });
    const seen: string[] = [];
    let ExclusiveStartKey: Output | undefined;
    do {
      const page: Output = await call(
        "Query",
        queried(
          "a = :v AND b = :v",
          { ":v": "same" },
          { IndexName: "someOfA", Limit: 3, ExclusiveStartKey },
        ),
      );
      seen.push(...page["Items"].map(({ pk }: Output) => pk.S));
      ExclusiveStartKey = page["LastEvaluatedKey"];
    } while (ExclusiveStartKey !== undefined);
    expect(seen.toSorted()).toEqual(["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
  });

  test.each<["N" | "B" | "S", unknown[]]>([
    [
      "N",
      ["-10000000000", "-2.5", "-2.4", "0", "0.001", "0.5", "1", "2", "10", "99999999999999999999"],
    ],
    ["B", [[0], [0, 0], [1], [127], [128], [255]].map((bytes) => new Uint8Array(bytes))],
    ["S", ["A", "Z", "a", "\u00e4", "\uffff", "\u{1f431}"]],
  ])("sort keys of type %s are in DynamoDB's order", async (type, values) => {
    const { call } = await startDynamo();
    await call("CreateTable", {
      ...plain,
      AttributeDefinitions: [
        ...plain.AttributeDefinitions,
        { AttributeName: "sk", AttributeType: type },
      ],
      KeySchema: keys("pk", "sk"),
    });
    for (const value of values.toReversed())
      await call("PutItem", {
        TableName: "plain",
        Item: { ...item({ pk: "1" }), sk: { [type]: value } },
      });
    const { Items } = await call("Query", {
      TableName: "plain",
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: item({ ":p": "1" }),
    });
    expect(Items.map(({ sk }: Output) => sk[type])).toEqual(values);
  });

  const key = "One or more parameter values were invalid: ";
  test.each<[string, object, string]>([
    [
      "no condition",
      { KeyConditionExpression: undefined, ExpressionAttributeValues: undefined },
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ],
    [
      "an empty condition",
      { KeyConditionExpression: "" },
      "Invalid KeyConditionExpression: The expression can not be empty;",
    ],
    [
      "no partition key",
      { KeyConditionExpression: "sk = :p" },
      "Query condition missed key schema element: pk",
    ],
    [
      "another attribute",
      { KeyConditionExpression: "extra = :p" },
      "Query condition missed key schema element: pk",
    ],
    ["pk < :p", { KeyConditionExpression: "pk < :p" }, "Query key condition not supported"],
    [
      "OR",
      { KeyConditionExpression: "pk = :p OR sk = :p" },
      "Invalid operator used in KeyConditionExpression: OR",
    ],
    [
      "<>",
      { KeyConditionExpression: "pk <> :p" },
      "Invalid operator used in KeyConditionExpression: <>",
    ],
    [
      "contains",
      { KeyConditionExpression: "pk = :p AND contains(sk, :p)" },
      "Invalid operator used in KeyConditionExpression: contains",
    ],
    [
      "a nested path",
      { KeyConditionExpression: "pk = :p AND sk.x = :p" },
      "KeyConditionExpressions cannot have conditions on nested attributes",
    ],
    [
      "two on one key",
      { KeyConditionExpression: "pk = :p AND pk = :p" },
      "KeyConditionExpressions must only contain one condition per key",
    ],
    [
      "another type",
      { ExpressionAttributeValues: { ":p": { N: "1" } } },
      `${key}Condition parameter type does not match schema type`,
    ],
    [
      "a limit of 0",
      { Limit: 0 },
      "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      "a wrong Select",
      { Select: "SOME" },
      "1 validation error detected: Value 'SOME' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
    ],
    [
      "an unknown index",
      { IndexName: "nope" },
      "The table does not have the specified index: nope",
    ],
    [
      "a consistent read of a global index",
      { IndexName: "allOfA", KeyConditionExpression: "a = :p", ConsistentRead: true },
      "Consistent reads are not supported on global secondary indexes",
    ],
    [
      "all attributes of a global index that has not all",
      { IndexName: "someOfA", KeyConditionExpression: "a = :p", Select: "ALL_ATTRIBUTES" },
      `${key}Select type ALL_ATTRIBUTES is not supported for global secondary index someOfA because its projection type is not ALL`,
    ],
    [
      "projected attributes of the table",
      { Select: "ALL_PROJECTED_ATTRIBUTES" },
      "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    ],
    [
      "all attributes and a projection",
      { Select: "ALL_ATTRIBUTES", ProjectionExpression: "sk" },
      "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
    ],
    [
      "a filter on a key",
      { FilterExpression: "sk = :p" },
      "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
    ],
    [
      "a filter that names what is not there",
      { FilterExpression: "#x = :p" },
      "Invalid FilterExpression: An expression attribute name used in the document path is not defined; attribute name: #x",
    ],
    [
      "a start key of another shape",
      { ExclusiveStartKey: item({ bad: "x" }) },
      "The provided starting key is invalid",
    ],
    [
      "a start key of another partition",
      { ExclusiveStartKey: item({ pk: "q", sk: "x" }) },
      "The provided starting key is outside query boundaries based on provided conditions",
    ],
  ])("a query with %s is refused", async (_, input, message) => {
    const { refused } = await withThings();
    expect(await refused("Query", queried("pk = :p", { ":p": "p" }, input))).toMatchObject({
      name: "ValidationException",
      message,
    });
  });
});

describe("scans", () => {
  test("segments share the rows, and pages go on where the last one ended", async () => {
    const { call } = await startDynamo();
    await call("CreateTable", plain);
    const names = Array.from({ length: 60 }, (_, index) => `row ${index}`);
    for (const pk of names) await call("PutItem", { TableName: "plain", Item: item({ pk }) });
    const seen: string[] = [];
    for (let Segment = 0; Segment < 4; Segment += 1) {
      let ExclusiveStartKey: Output | undefined;
      let count = 0;
      do {
        const page: Output = await call("Scan", {
          TableName: "plain",
          Segment,
          TotalSegments: 4,
          Limit: 7,
          ExclusiveStartKey,
        });
        count += page["Count"];
        seen.push(...page["Items"].map(({ pk }: Output) => pk.S));
        ExclusiveStartKey = page["LastEvaluatedKey"];
        // What goes away in between changes nothing for the others.
        if (ExclusiveStartKey !== undefined)
          await call("DeleteItem", { TableName: "plain", Key: ExclusiveStartKey });
      } while (ExclusiveStartKey !== undefined);
      expect(count).toBeGreaterThan(0);
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  test("filters, counts and indexes", async () => {
    const dynamo = await withThings();
    await filled(dynamo);
    const scan = (more: object): Promise<Output> => dynamo.call("Scan", { TableName, ...more });
    expect(await scan({ Select: "COUNT" })).toMatchObject({ Count: 6, ScannedCount: 6 });
    expect((await scan({ Select: "COUNT" }))["Items"]).toBeUndefined();
    expect(
      sortKeys(
        await scan({
          FilterExpression: "n >= :n AND begins_with(pk, :p)",
          ExpressionAttributeValues: item({ ":n": 3, ":p": "p" }),
        }),
      ),
    ).toEqual(["d", "e"]);
    expect(await scan({ IndexName: "someOfA" })).toMatchObject({ Count: 5 });
  });

  const least = "failed to satisfy constraint: Member must have value";
  test.each<[object, string]>([
    [
      { Segment: 0 },
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    ],
    [
      { TotalSegments: 4 },
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    ],
    [
      { Segment: 5, TotalSegments: 5 },
      "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 5",
    ],
    [
      { Limit: 0 },
      `1 validation error detected: Value '0' at 'limit' ${least} greater than or equal to 1`,
    ],
    [
      { Segment: 0, TotalSegments: 0 },
      `1 validation error detected: Value '0' at 'totalSegments' ${least} greater than or equal to 1`,
    ],
    [
      { FilterExpression: "begins_with(x, :n)", ExpressionAttributeValues: item({ ":n": 5 }) },
      "Invalid FilterExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
    ],
    [
      { Select: "SPECIFIC_ATTRIBUTES" },
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    ],
    [{ ExclusiveStartKey: item({ pk: "x" }) }, "The provided starting key is invalid"],
  ])("a scan with %j is refused", async (input, message) => {
    const { refused } = await withThings();
    expect(await refused("Scan", { TableName, ...input })).toMatchObject({ message });
  });
});

describe("batches", () => {
  test("write and read items of several tables", async () => {
    const { call } = await withThings();
    await call("CreateTable", plain);
    const written = await call("BatchWriteItem", {
      RequestItems: {
        plain: [{ PutRequest: { Item: item({ pk: "1", n: 1 }) } }],
        things: [
          { PutRequest: { Item: item({ pk: "1", sk: "1" }) } },
          { DeleteRequest: { Key: item({ pk: "gone", sk: "1" }) } },
        ],
      },
    });
    expect(written["UnprocessedItems"]).toEqual({});
    const read = await call("BatchGetItem", {
      RequestItems: {
        plain: { Keys: [item({ pk: "1" }), item({ pk: "none" })], ProjectionExpression: "n" },
        things: { Keys: [item({ pk: "1", sk: "1" })] },
      },
    });
    expect(read["Responses"]).toEqual({
      plain: [item({ n: 1 })],
      things: [item({ pk: "1", sk: "1" })],
    });
    expect(read["UnprocessedKeys"]).toEqual({});
  });

  test("items beyond 16 MB are left as unprocessed keys", async () => {
    const { call } = await startDynamo();
    await call("CreateTable", plain);
    const Keys = Array.from({ length: 50 }, (_, index) => item({ pk: String(index) }));
    for (const Key of Keys)
      await call("PutItem", {
        TableName: "plain",
        Item: { ...Key, ...item({ x: "x".repeat(390_000) }) },
      });
    const { Responses, UnprocessedKeys } = await call("BatchGetItem", {
      RequestItems: { plain: { Keys } },
    });
    expect(Responses.plain).toHaveLength(43);
    expect(UnprocessedKeys.plain.Keys).toEqual(Keys.slice(43));
  });

  test("limits and mistakes", async () => {
    const { refused } = await withThings();
    const put = (count: number): object => ({
      RequestItems: {
        things: Array.from({ length: count }, (_, index) => ({
          PutRequest: { Item: item({ pk: String(index), sk: "1" }) },
        })),
      },
    });
    expect((await refused("BatchWriteItem", put(26))).message).toMatch(
      /^1 validation error detected: Value '\{things=\[.+\]\}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 25, Member must have length greater than or equal to 1\]$/,
    );
    const Keys = Array.from({ length: 101 }, (_, index) => item({ pk: String(index), sk: "1" }));
    expect(await refused("BatchGetItem", { RequestItems: { things: { Keys } } })).toMatchObject({
      message:
        "1 validation error detected: Value at 'RequestItems.things.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100",
    });
    for (const operation of ["BatchGetItem", "BatchWriteItem"])
      expect(await refused(operation, { RequestItems: {} })).toMatchObject({
        message: `The requestItems parameter is required for ${operation}`,
      });
    const Key = item({ pk: "1", sk: "1" });
    const duplicates = { message: "Provided list of item keys contains duplicates" };
    expect(
      await refused("BatchGetItem", { RequestItems: { things: { Keys: [Key, Key] } } }),
    ).toMatchObject(duplicates);
    expect(
      await refused("BatchWriteItem", {
        RequestItems: { things: [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key } }] },
      }),
    ).toMatchObject(duplicates);
    expect(
      await refused("BatchWriteItem", {
        RequestItems: { things: [{ PutRequest: { Item: { ...Key, pk: { N: "1" } } } }] },
      }),
    ).toMatchObject({ message: "The provided key element does not match the schema" });
    expect(
      await refused("BatchGetItem", {
        RequestItems: {
          things: { Keys: [Key], AttributesToGet: ["pk"], ProjectionExpression: "pk" },
        },
      }),
    ).toMatchObject({
      message:
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
    });
    expect(
      await refused("BatchWriteItem", { RequestItems: { none: [{ PutRequest: { Item: Key } }] } }),
    ).toMatchObject({ name: "ResourceNotFoundException", message: "Requested resource not found" });
  });
});
