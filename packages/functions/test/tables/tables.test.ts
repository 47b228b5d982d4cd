import { tables } from "@arclet/functions";
import { afterAll, describe, expect, test } from "vitest";
import { type Answer, createAwsServer, lambdaEnvironment, setEnvironment } from "../aws-server.ts";

interface Cat extends Record<string, unknown> {
  id: string;
  lives?: number;
}

function answer(body: unknown): { status: number; headers: Record<string, string>; body: string } {
  return {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify(body),
  };
}

const names = { cats: "app-staging-cats" };

// One for all tests: the client keeps to the address it had first, as in a function.
const server = await createAwsServer();
afterAll(() => server.close());

function setUp(...answers: readonly Answer[]): void {
  server.answer(...answers);
  setEnvironment({
    ...lambdaEnvironment,
    AWS_ENDPOINT_URL: server.url,
    ARC_TABLES: JSON.stringify(names),
  });
}

describe("tables", () => {
  test("reads and writes documents under the physical name", async () => {
    setUp(
      answer({}),
      answer({ Item: { id: { S: "tom" }, lives: { N: "9" } } }),
      answer({}),
      answer({}),
      answer({ Attributes: { id: { S: "tom" }, lives: { N: "8" } } }),
    );
    const { cats } = await tables<{ cats: Cat }>();
    expect(await cats.put({ id: "tom", lives: 9 })).toEqual({ id: "tom", lives: 9 });
    expect(await cats.get({ id: "tom" })).toEqual({ id: "tom", lives: 9 });
    expect(await cats.get({ id: "none" })).toBeUndefined();
    await cats.delete({ id: "tom" });
    expect(
      await cats.update({
        Key: { id: "tom" },
        UpdateExpression: "SET lives = :n",
        ExpressionAttributeValues: { ":n": 8 },
        ReturnValues: "ALL_NEW",
      }),
    ).toEqual({ Attributes: { id: "tom", lives: 8 } });
    expect(
      server.requests.map(({ headers, body }) => [
        headers["x-amz-target"],
        (JSON.parse(body.toString()) as { TableName: string }).TableName,
      ]),
    ).toEqual(
      ["PutItem", "GetItem", "GetItem", "DeleteItem", "UpdateItem"].map((action) => [
        `DynamoDB_20120810.${action}`,
        names.cats,
      ]),
    );
  });

  test("follows pages of scans and queries", async () => {
    const page = (id: string, next: string | null): ReturnType<typeof answer> =>
      answer({
        Items: [{ id: { S: id } }],
        Count: 1,
        ScannedCount: 1,
        ...(next === null ? {} : { LastEvaluatedKey: { id: { S: next } } }),
      });
    setUp(page("a", "a"), page("b", null), page("c", "c"), page("d", null));
    const { cats } = await tables<{ cats: Cat }>();
    expect(await cats.scanAll()).toEqual([{ id: "a" }, { id: "b" }]);
    const found: Cat[] = [];
    const query = { KeyConditionExpression: "id = :id", ExpressionAttributeValues: { ":id": "x" } };
    for await (const cat of cats.queryAll(query)) found.push(cat);
    expect(found).toEqual([{ id: "c" }, { id: "d" }]);
    const starts = server.requests.map(
      ({ body }) =>
        (JSON.parse(body.toString()) as { ExclusiveStartKey?: unknown }).ExclusiveStartKey,
    );
    expect(starts).toEqual([undefined, { id: { S: "a" } }, undefined, { id: { S: "c" } }]);
  });

  test("tells names, and keeps one client for all calls", async () => {
    setUp();
    const first = await tables();
    const second = await tables();
    expect(first.name("cats")).toBe("app-staging-cats");
    expect(() => first.name("dogs")).toThrow('"dogs" is not under @tables of the manifest');
    expect(first.reflect()).toEqual(names);
    const { _client: client, _doc: document } = first;
    expect([second["_client"], second["_doc"]]).toEqual([client, document]);
    expect(second["_client"] === client && second["_doc"] === document).toBe(true);
  });
});
