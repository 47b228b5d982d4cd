import { describe, expect, test } from "vitest";
import { item, plain, startDynamo, type Dynamo, type Output } from "./dynamo.ts";

const TableName = "plain";
const Key = item({ pk: "1" });
const stored = item({
  pk: "1",
  text: "hello",
  n: 5,
  yes: true,
  no: null,
  list: [1, 2, "three", [4]],
  map: { a: { b: 7 }, c: "x" },
  texts: new Set(["a", "b"]),
  numbers: new Set([1, 2]),
});

async function withItem(): Promise<Dynamo> {
  const dynamo = await startDynamo();
  await dynamo.call("CreateTable", plain);
  await dynamo.call("PutItem", { TableName, Item: stored });
  return dynamo;
}

/** The values an expression names, of the ones that tests use. */
function valuesIn(expression: string): Output | undefined {
  const all: Output = item({
    ":hello": "hello",
    ":he": "he",
    ":5": 5,
    ":4": 4,
    ":6": 6,
    ":true": true,
    ":a": "a",
    ":three": "three",
    ":list": [9],
    ":map": { b: 7 },
    ":N": "N",
    ":X": "X",
    ":set": new Set(["b", "z"]),
    ":ba": new Set(["b", "a"]),
    ":both": new Set(["a", "b"]),
    ":null": null,
  });
  const used = Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(expression));
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

function namesIn(expression: string): Record<string, string> | undefined {
  const all: Record<string, string> = {
    "#list": "list",
    "#map": "map",
    "#text": "text",
    "#data": "data",
    "#no": "no",
  };
  const used = Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(expression));
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

describe("conditions", () => {
  test.each([
    ["#text = :hello", true],
    ["#text <> :hello", false],
    ["absent <> :hello", true],
    ["absent = :hello", false],
    ["absent < :5", false],
    ["n > :4 AND n < :6", true],
    ["n >= :5 and n <= :5", true],
    [":4 < n", true],
    ["n = :hello", false],
    ["n BETWEEN :4 AND :6", true],
    ["n between :6 and :6", false],
    ["n IN (:4, :5)", true],
    ["n in (:4)", false],
    ["attribute_exists(pk) AND attribute_not_exists(absent)", true],
    ["attribute_exists(#map.a.b)", true],
    ["attribute_exists(#list[4])", false],
    ["#list[2] = :three", true],
    ["attribute_type(n, :N)", true],
    ["begins_with(#text, :he)", true],
    ["begins_with(n, :he)", false],
    ["contains(#text, :he)", true],
    ["contains(texts, :a)", true],
    ["contains(numbers, :5)", false],
    ["contains(#list, :three)", true],
    ["#map.a = :map", true],
    ["texts = :ba", true],
    ["yes = :true", true],
    ["#no = :null", true],
    ["size(#text) = :5", true],
    ["size(#list) = :4", true],
    ["size(absent) = :4", false],
    ["NOT n = :4", true],
    ["NOT (n = :5 OR n = :4)", false],
    ["n = :4 OR n = :5 AND yes = :true", true],
    ["(n = :4 OR n = :5) AND NOT yes = :true", false],
    ["(n) = :5", true],
    ["n = (:5)", true],
  ])("%s is %s", async (ConditionExpression, isMet) => {
    const { call } = await withItem();
    const deleted = await call("DeleteItem", {
      TableName,
      Key,
      ConditionExpression,
      ExpressionAttributeNames: namesIn(ConditionExpression),
      ExpressionAttributeValues: valuesIn(ConditionExpression),
    }).then(
      () => true,
      (error: unknown) => (error as Error).name !== "ConditionalCheckFailedException" && error,
    );
    expect(deleted).toBe(isMet);
  });

  const invalid = "Invalid ConditionExpression: ";
  test.each([
    ["", "The expression can not be empty;"],
    ["n = ", 'Syntax error; token: "<EOF>", near: "= "'],
    ["n == :5", 'Syntax error; token: "=", near: "== :5"'],
    ["n & :5", 'Syntax error; token: "&", near: "n & :5"'],
    ["n", 'Syntax error; token: "<EOF>", near: "n"'],
    ["((n = :5))", "The expression has redundant parentheses;"],
    ["fly(n)", "Invalid function name; function: fly"],
    ["size(n)", "The function is not allowed to be used this way in an expression; function: size"],
    [
      "n = begins_with(pk, :he)",
      "The function is not allowed to be used this way in an expression; function: begins_with",
    ],
    ["data = :5", "Attribute name is a reserved keyword; reserved keyword: data"],
    [
      "#nowhere = :5",
      "An expression attribute name used in the document path is not defined; attribute name: #nowhere",
    ],
    [
      "n = :nowhere",
      "An expression attribute value used in expression is not defined; attribute value: :nowhere",
    ],
    [
      "attribute_exists(n, pk)",
      "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2",
    ],
    [
      "attribute_exists(:5)",
      "Operator or function requires a document path; operator or function: attribute_exists",
    ],
    [
      "begins_with(pk, :5)",
      "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
    ],
    [
      "contains(n, n)",
      "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [n]",
    ],
    [
      "#map.a = #map.a",
      "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [map, a]",
    ],
    [
      "attribute_type(n, :X)",
      "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    ],
    [
      "size(:5) = :5",
      "Incorrect operand type for operator or function; operator or function: size, operand type: N",
    ],
    [
      "n BETWEEN :6 AND :4",
      "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:6}, upper bound operand: AttributeValue: {N:4}",
    ],
    [
      "n BETWEEN :4 AND :hello",
      "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:4}, upper bound operand: AttributeValue: {S:hello}",
    ],
    [
      "n < :true",
      "Incorrect operand type for operator or function; operator: <, operand type: BOOL",
    ],
  ])("%s is refused", async (ConditionExpression, message) => {
    const { refused } = await withItem();
    expect(
      await refused("DeleteItem", {
        TableName,
        Key,
        ConditionExpression,
        ExpressionAttributeNames: namesIn(ConditionExpression),
        ExpressionAttributeValues: valuesIn(ConditionExpression),
      }),
    ).toMatchObject({ name: "ValidationException", message: invalid + message });
  });

  test("deep and long expressions are refused, not survived", async () => {
    const { refused } = await withItem();
    const condition = (ConditionExpression: string): Promise<{ message: string }> =>
      refused("DeleteItem", {
        TableName,
        Key,
        ConditionExpression,
        ExpressionAttributeValues: item({ ":5": 5 }),
      });
    expect((await condition(`${"(".repeat(2000)}n = :5${")".repeat(2000)}`)).message).toContain(
      "The expression is nested too deeply",
    );
    expect((await condition(`n = :5${" ".repeat(4100)}`)).message).toBe(
      `${invalid}Expression size has exceeded the maximum allowed size; expression size: 4106`,
    );
  });

  test("names and values must be used, and have their signs", async () => {
    const { refused } = await withItem();
    const base = { TableName, Key, ConditionExpression: "n = :5" };
    const values = item({ ":5": 5 });
    for (const [input, message] of [
      [
        { ExpressionAttributeValues: { ...values, ...item({ ":x": 1 }) } },
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
      ],
      [
        { ExpressionAttributeValues: values, ExpressionAttributeNames: { "#x": "x" } },
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
      ],
      [
        { ExpressionAttributeValues: values, ExpressionAttributeNames: {} },
        "ExpressionAttributeNames must not be empty",
      ],
      [
        { ExpressionAttributeValues: values, ExpressionAttributeNames: { x: "x" } },
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "x"',
      ],
      [
        { ExpressionAttributeValues: { "5": { N: "5" } } },
        'ExpressionAttributeValues contains invalid key: Syntax error; key: "5"',
      ],
      [
        { ExpressionAttributeValues: { ":5": { N: "five" } } },
        "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: five for key :5",
      ],
      [
        { ConditionExpression: undefined, ExpressionAttributeValues: values },
        "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
      ],
      [
        { ConditionExpression: undefined, ExpressionAttributeNames: { "#x": "x" } },
        "ExpressionAttributeNames can only be specified when using expressions",
      ],
      [
        { ExpressionAttributeValues: values, Expected: { pk: { Exists: false } } },
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
      ],
    ] as const)
      expect(await refused("DeleteItem", { ...base, ...input })).toMatchObject({ message });
  });
});

describe("updates", () => {
  test.each<[string, object]>([
    ["SET n = :5, added = :hello", { added: "hello" }],
    ["SET n = n + :4", { n: 9 }],
    ["SET n = n - :6", { n: -1 }],
    ["SET n = :6 - :4", { n: 2 }],
    ["SET m = if_not_exists(m, :5)", { m: 5 }],
    ["SET n = if_not_exists(n, :4) + :4", { n: 9 }],
    ["SET twin = #map.a", { twin: { b: 7 } }],
    ["SET #list = list_append(#list, :list)", { list: [1, 2, "three", [4], 9] }],
    ["SET #list = list_append(:list, #list)", { list: [9, 1, 2, "three", [4]] }],
    ["SET #list[1] = :5", { list: [1, 5, "three", [4]] }],
    ["SET #list[9] = :5, #list[7] = :6", { list: [1, 2, "three", [4], 5, 6] }],
    ["SET #list[3][0] = :5", { list: [1, 2, "three", [5]] }],
    ["SET #map.a.b = :5, #map.d = :6", { map: { a: { b: 5 }, c: "x", d: 6 } }],
    ["SET x = n, n = :6", { x: 5, n: 6 }],
    ["REMOVE #list[0], #list[2]", { list: [2, [4]] }],
    ["REMOVE absent, #map.absent", {}],
    ["ADD n :4, fresh :6", { n: 9, fresh: 6 }],
    ["ADD texts :set", { texts: new Set(["a", "b", "z"]) }],
    ["ADD fresh :set", { fresh: new Set(["b", "z"]) }],
    ["DELETE texts :set", { texts: new Set(["a"]) }],
    [
      "SET n = :4 REMOVE yes ADD fresh :6 DELETE texts :set",
      { n: 4, fresh: 6, texts: new Set(["a"]) },
    ],
    ["set n = (n + :4)", { n: 9 }],
  ])("%s", async (UpdateExpression, changes) => {
    const { call } = await withItem();
    const { Attributes } = await call("UpdateItem", {
      TableName,
      Key,
      UpdateExpression,
      ExpressionAttributeNames: namesIn(UpdateExpression),
      ExpressionAttributeValues: valuesIn(UpdateExpression),
      ReturnValues: "ALL_NEW",
    });
    const { yes, ...rest } = stored;
    const before = UpdateExpression.includes("REMOVE yes") ? rest : { ...rest, yes };
    expect(Attributes).toEqual({ ...before, ...item(changes as Output) });
  });

  test("empty sets and removed attributes disappear", async () => {
    const { call } = await withItem();
    const { Attributes } = await call("UpdateItem", {
      TableName,
      Key,
      UpdateExpression: "DELETE texts :both, numbers :n REMOVE #map.a, yes",
      ExpressionAttributeNames: { "#map": "map" },
      ExpressionAttributeValues: { ":both": { SS: ["a", "b"] }, ":n": { NS: ["1", "2", "3"] } },
      ReturnValues: "ALL_NEW",
    });
    const { texts: _, numbers: __, yes: ___, ...rest } = stored;
    expect(Attributes).toEqual({ ...rest, ...item({ map: { c: "x" } }) });
  });

  test("an item is made when there is none", async () => {
    const { call } = await withItem();
    const none = item({ pk: "2" });
    await call("UpdateItem", {
      TableName,
      Key: none,
      UpdateExpression: "ADD n :n",
      ExpressionAttributeValues: item({ ":n": 1 }),
    });
    expect((await call("GetItem", { TableName, Key: none }))["Item"]).toEqual(
      item({ pk: "2", n: 1 }),
    );
    await call("UpdateItem", { TableName, Key: item({ pk: "3" }) });
    expect((await call("GetItem", { TableName, Key: item({ pk: "3" }) }))["Item"]).toEqual(
      item({ pk: "3" }),
    );
  });

  const invalid = "Invalid UpdateExpression: ";
  test.each([
    ["", `${invalid}The expression can not be empty;`],
    ["INVALID SYNTAX HERE", `${invalid}Syntax error; token: "INVALID", near: "INVALID SYNTAX"`],
    ["SET n :5", `${invalid}Syntax error; token: ":5", near: "n :5"`],
    [
      "SET n = :5 SET m = :4",
      `${invalid}The "SET" section can only be used once in an update expression;`,
    ],
    [
      "SET n = :5, n = :4",
      `${invalid}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]`,
    ],
    [
      "SET #map.a = :5 REMOVE #map.a.b",
      `${invalid}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [map, a], path two: [map, a, b]`,
    ],
    [
      "SET #map.a = :5 REMOVE #map[0]",
      `${invalid}Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [map, a], path two: [map, [0]]`,
    ],
    ["SET n = fly(n)", `${invalid}Invalid function name; function: fly`],
    ["SET name = :5", `${invalid}Attribute name is a reserved keyword; reserved keyword: name`],
    [
      "SET n = if_not_exists(n)",
      `${invalid}Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1`,
    ],
    [
      "SET n = if_not_exists(:5, :4)",
      `${invalid}Operator or function requires a document path; operator or function: if_not_exists`,
    ],
    [
      "SET n = list_append(#list, :5)",
      `${invalid}Incorrect operand type for operator or function; operator or function: list_append, operand type: N`,
    ],
    [
      "SET n = n + :hello",
      `${invalid}Incorrect operand type for operator or function; operator or function: +, operand type: S`,
    ],
    [
      "ADD n :hello",
      `${invalid}Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeset: ALLOWED_FOR_ADD_OPERAND`,
    ],
    [
      "DELETE n :5",
      `${invalid}Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeset: ALLOWED_FOR_DELETE_OPERAND`,
    ],
    [
      "SET pk = :a",
      "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
    ],
    [
      "SET x = absent",
      "The provided expression refers to an attribute that does not exist in the item",
    ],
    ["SET n = #text + :5", "An operand in the update expression has an incorrect data type"],
    ["ADD #text :5", "An operand in the update expression has an incorrect data type"],
    [
      "SET absent.a = :5",
      "The document path provided in the update expression is invalid for update",
    ],
    [
      "SET #text.a = :5",
      "The document path provided in the update expression is invalid for update",
    ],
  ])("%s is refused, and the item stays as it was", async (UpdateExpression, message) => {
    const { call, refused } = await withItem();
    expect(
      await refused("UpdateItem", {
        TableName,
        Key,
        UpdateExpression,
        ExpressionAttributeNames: namesIn(UpdateExpression),
        ExpressionAttributeValues: valuesIn(UpdateExpression),
      }),
    ).toMatchObject({ name: "ValidationException", message });
    expect((await call("GetItem", { TableName, Key }))["Item"]).toEqual(stored);
  });

  test("sums keep to the limits of numbers", async () => {
    const { refused } = await withItem();
    const sum = (a: string, b: string): Promise<{ message: string }> =>
      refused("UpdateItem", {
        TableName,
        Key,
        UpdateExpression: "SET n = :a + :b",
        ExpressionAttributeValues: { ":a": { N: a }, ":b": { N: b } },
      });
    expect((await sum("9.9e125", "9.9e125")).message).toContain("Number overflow");
    expect((await sum("1", "1e-40")).message).toContain("more than 38 significant digits");
  });
});

describe("projections", () => {
  test.each<[string, object]>([
    ["pk, n", { pk: "1", n: 5 }],
    ["#map.a, #map.c", { map: { a: { b: 7 }, c: "x" } }],
    ["#list[2], #list[0]", { list: [1, "three"] }],
    ["#list[3][0], #map.a.b", { list: [[4]], map: { a: { b: 7 } } }],
    ["absent, #map.absent", {}],
  ])("%s", async (ProjectionExpression, expected) => {
    const { call } = await withItem();
    const { Item } = await call("GetItem", {
      TableName,
      Key,
      ProjectionExpression,
      ExpressionAttributeNames: namesIn(ProjectionExpression),
    });
    expect(Item).toEqual(item(expected as Output));
  });

  test.each([
    ["", "The expression can not be empty;"],
    ["!!! pk !!!", 'Syntax error; token: "!", near: "!!"'],
    ["pk,", 'Syntax error; token: "<EOF>", near: ","'],
    ["pk n", 'Syntax error; token: "n", near: "pk n"'],
    ["name", "Attribute name is a reserved keyword; reserved keyword: name"],
    [
      "n, n",
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]",
    ],
    [
      "#map, #map.a",
      "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [map], path two: [map, a]",
    ],
  ])("%s is refused", async (ProjectionExpression, message) => {
    const { refused } = await withItem();
    expect(
      await refused("GetItem", {
        TableName,
        Key,
        ProjectionExpression,
        ExpressionAttributeNames: namesIn(ProjectionExpression),
      }),
    ).toMatchObject({ message: `Invalid ProjectionExpression: ${message}` });
  });
});
