import {
  GetCommand,
  NumberValue,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createJudge, dynamoDbAnswer, outcomeOf } from "./document-client.ts";

const judge = await createJudge();
const bytes = Uint8Array.of(1, 2, 255);

/** What `put` sends of a value: ours, and the AWS SDK's. */
async function sent(value: unknown): Promise<{ ours: unknown; theirs: unknown }> {
  const cats = await judge.cats();
  const Item = { id: "tom", value };
  const theirs = await judge.sentBy(() =>
    judge.document.send(new PutCommand({ TableName: "cats", Item })),
  );
  return { ours: await judge.sentBy(() => cats.put(Item)), theirs };
}

/** What `get` reads of a value: ours, and the AWS SDK's. */
async function read(value: unknown): Promise<{ ours: unknown; theirs: unknown }> {
  judge.answer(dynamoDbAnswer({ Item: { value } }));
  const cats = await judge.cats();
  const Key = { id: "tom" };
  const [ours, theirs] = await Promise.all([
    outcomeOf(cats.get(Key)),
    outcomeOf(
      judge.document.send(new GetCommand({ TableName: "cats", Key })).then(({ Item }) => Item),
    ),
  ]);
  return {
    ours: "error" in ours ? "refused" : ours,
    theirs: "error" in theirs ? "refused" : theirs,
  };
}

class Cat {
  readonly name = "Tom";
}

const name = fc
  .string({ maxLength: 8 })
  // The SDK refuses the one, and writes the other into the prototype: see below.
  .filter((text) => text !== "constructor" && text !== "__proto__");
const leaf = fc.oneof(
  fc.constantFrom(null, undefined, true, "", -0, () => 1),
  fc.string(),
  fc.double({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.double(),
  fc.uint8Array(),
  ...[fc.string(), fc.double(), fc.bigInt(), fc.uint8Array()].map((member) =>
    fc.array<unknown>(member, { maxLength: 4 }).map((members) => new Set(members)),
  ),
);
const plainValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
})).value;

const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt().map(String),
);
const base64 = fc.uint8Array().map((array) => Buffer.from(array).toString("base64"));
const attributeValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ S: fc.string() }),
    fc.record({ N: numberText }),
    fc.record({ B: base64 }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant({ NULL: true }),
    fc.record({ SS: fc.array(fc.string()) }),
    fc.record({ NS: fc.array(numberText) }),
    fc.record({ BS: fc.array(base64) }),
    fc.record({ L: fc.array(tie("value"), { maxLength: 4 }) }),
    fc.record({ M: fc.dictionary(name, tie("value"), { maxKeys: 4 }) }),
  ),
})).value;

describe("what tables() writes", () => {
  test("is what the AWS SDK writes, whatever the value", async () => {
    await fc.assert(
      fc.asyncProperty(plainValue, async (value) => {
        const { ours, theirs } = await sent(value);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, unknown]>([
    ["an empty text", ""],
    ["no bytes", new Uint8Array(0)],
    ["a Buffer", Buffer.from(bytes)],
    ["a part of a buffer", bytes.subarray(1)],
    ["a boxed number", Object(4)],
    ["a boxed text", Object("text")],
    ["a boxed boolean", Object(false)],
    ["NumberValue", NumberValue.from("1.2345678901234567890123456789")],
    ["a set of NumberValue", new Set([NumberValue.from("1e40")])],
    ["a set that begins with a text", new Set(["a", 5])],
    ["a set that begins with a number", new Set([1, "7", 8n])],
    ["a set with undefined", new Set([undefined, 1])],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["inherited members", { inherited: Object.create({ a: 1 }) }],
    ["undefined and functions in a list", [undefined, 1, () => 1, null]],
    ["the largest safe number", Number.MAX_SAFE_INTEGER],
    ["the smallest number", Number.MIN_VALUE],
  ])("is what the AWS SDK writes: %s", async (_what, value) => {
    const { ours, theirs } = await sent(value);
    expect(theirs).not.toBeNull();
    expect(ours).toEqual(theirs);
  });

  test.each<[string, unknown, string]>([
    ["a Date", new Date(0), "DynamoDB cannot hold a Date: give a plain object"],
    ["a class's instance", new Cat(), "DynamoDB cannot hold a Cat: give a plain object"],
    ["a symbol", Symbol("cat"), "DynamoDB cannot hold a Symbol: give a plain object"],
    ["a Blob", new Blob(["x"]), "DynamoDB cannot hold a Blob: give a plain object"],
    ["NaN", Number.NaN, "DynamoDB cannot hold NaN exactly: give a BigInt"],
    ["Infinity", -Infinity, "DynamoDB cannot hold -Infinity exactly: give a BigInt"],
    ["an unsafe number", 2 ** 53, "DynamoDB cannot hold 9007199254740992 exactly: give a BigInt"],
    ["an unsafe member", new Set([1e300]), "DynamoDB cannot hold 1e+300 exactly: give a BigInt"],
    ["an empty set", new Set(), "DynamoDB cannot hold an empty set or one of objects"],
    [
      "a set of undefined",
      new Set([undefined]),
      "DynamoDB cannot hold an empty set or one of objects",
    ],
    ["a set of lists", new Set([[1]]), "DynamoDB cannot hold an empty set or one of objects"],
  ])("refuses %s, as the AWS SDK", async (_what, value, message) => {
    const { ours, theirs } = await sent(value);
    // The SDK writes a Blob as no bytes at all.
    if (!(value instanceof Blob)) expect(theirs).toBeNull();
    expect(ours).toBeNull();
    const cats = await judge.cats();
    await expect(cats.put({ id: "tom", value })).rejects.toThrow(message);
  });

  test.each<[string, ArrayBuffer | ArrayBufferView]>([
    ["an ArrayBuffer", bytes.buffer],
    ["a DataView", new DataView(bytes.buffer, 0, 3)],
    ["an Int16Array", Int16Array.of(1, 300)],
    ["a Uint8ClampedArray", Uint8ClampedArray.of(1, 2, 255)],
  ])("has the bytes of %s, which the AWS SDK loses", async (_what, value) => {
    const view = ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      : Buffer.from(value);
    const { ours } = await sent(value);
    expect(ours).toMatchObject({ Item: { value: { B: view.toString("base64") } } });
  });

  test("has attributes with names that objects have", async () => {
    const cat = JSON.parse('{"constructor":"builder","__proto__":{"admin":true},"toString":1}');
    const { ours } = await sent(cat);
    expect(JSON.stringify(ours)).toContain(
      '{"M":{"constructor":{"S":"builder"},"__proto__":{"M":{"admin":{"BOOL":true}}},"toString":{"N":"1"}}}',
    );
  });
});

describe("parameters of tables()", () => {
  const conditions = {
    lives: { ComparisonOperator: "BETWEEN", AttributeValueList: [1, 9n, new Set(["a"])] },
  };

  test.each<[string, Record<string, unknown>]>([
    [
      "expressions",
      {
        KeyConditionExpression: "id = :id",
        ExpressionAttributeNames: { "#n": "name" },
        ExpressionAttributeValues: { ":id": "tom", ":none": undefined },
        ExclusiveStartKey: { id: "tom", at: 5 },
        ConsistentRead: true,
        Limit: 5,
      },
    ],
    ["conditions of the time before", { KeyConditions: conditions, QueryFilter: conditions }],
    ["null and undefined", { FilterExpression: null, ExclusiveStartKey: undefined, Limit: 1 }],
  ])("are sent to Query as by the AWS SDK: %s", async (_what, params) => {
    const cats = await judge.cats();
    const theirs = await judge.sentBy(() =>
      judge.document.send(new QueryCommand({ ...params, TableName: "cats" })),
    );
    expect(theirs).not.toBeNull();
    expect(await judge.sentBy(() => cats.query(params))).toEqual(theirs);
  });

  test.each<[string, Omit<UpdateCommandInput, "TableName">]>([
    [
      "an expression",
      {
        Key: { id: "tom" },
        UpdateExpression: "SET lives = :n",
        ExpressionAttributeValues: { ":n": { deep: [null, bytes] } },
        ReturnValues: "ALL_NEW",
      },
    ],
    [
      "updates and conditions of the time before",
      {
        Key: { id: "tom" },
        AttributeUpdates: { lives: { Action: "PUT", Value: null }, name: { Action: "DELETE" } },
        Expected: { lives: { Value: 9 }, Value: { Exists: false }, Key: { Value: "k" } },
      },
    ],
  ])("are sent to UpdateItem as by the AWS SDK: %s", async (_what, params) => {
    const cats = await judge.cats();
    const theirs = await judge.sentBy(() =>
      judge.document.send(new UpdateCommand({ ...params, TableName: "cats" })),
    );
    expect(theirs).not.toBeNull();
    expect(await judge.sentBy(() => cats.update(params))).toEqual(theirs);
  });
});

describe("what tables() reads", () => {
  test("is what the AWS SDK reads, whatever the value", async () => {
    await fc.assert(
      fc.asyncProperty(attributeValue, async (value) => {
        const { ours, theirs } = await read(value);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });

  test("is a BigInt beyond the safe integers, and bytes as Uint8Array", async () => {
    const { ours, theirs } = await read({
      L: [{ N: "12345678901234567890" }, { B: "AQL/" }, { BS: ["AQL/"] }, { N: "0.1" }],
    });
    expect(ours).toEqual({
      result: { value: [12345678901234567890n, bytes, new Set([bytes]), 0.1] },
    });
    expect(ours).toEqual(theirs);
  });

  test("is refused where neither a number nor a BigInt is exact, as by the AWS SDK", async () => {
    expect(await read({ N: "12345678901234567890.5" })).toEqual({
      ours: "refused",
      theirs: "refused",
    });
  });

  test("never has another prototype", async () => {
    judge.answer(dynamoDbAnswer('{"Item":{"__proto__":{"M":{"admin":{"BOOL":true}}}}}'));
    const cats = await judge.cats();
    const cat = await cats.get({ id: "tom" });
    expect(cat?.["admin"]).toBeUndefined();
    expect(Object.keys(cat ?? {})).toEqual(["__proto__"]);
  });
});
