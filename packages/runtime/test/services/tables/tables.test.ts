import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { manifestWith } from "../../../../../test/helpers/model.mjs";
import { documentsOf, startServices, temporaryDirectory } from "../local-services.ts";

const key = { name: "id", type: "S" } as const;
const cats = {
  name: "cats",
  partitionKey: key,
  sortKey: null,
  ttlAttribute: "expires",
  encrypt: false,
  pointInTimeRecovery: false,
  indexes: [],
  origin: null,
} as const;
const TableName = "testapp-staging-cats";
const streamed = {
  tables: [cats],
  tableStreams: [{ table: "cats", functionId: "tables-streams/cats", origin: null }],
};

describe("tables", () => {
  test("the SDK writes, reads and queries an index", async () => {
    const index = {
      name: "byOwner",
      partitionKey: { name: "owner", type: "S" },
      sortKey: { name: "age", type: "N" },
      projection: "keys",
      origin: null,
    } as const;
    const { services } = await startServices({ tables: [{ ...cats, indexes: [index] }] });
    const client = documentsOf(services);
    await client.send(new PutCommand({ TableName, Item: { id: "1", owner: "Ann", age: 3 } }));
    await client.send(new PutCommand({ TableName, Item: { id: "2", owner: "Ann", age: 1 } }));
    expect((await client.send(new GetCommand({ TableName, Key: { id: "1" } }))).Item).toEqual({
      id: "1",
      owner: "Ann",
      age: 3,
    });
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: "byOwner",
        KeyConditionExpression: "#o = :o",
        ExpressionAttributeNames: { "#o": "owner" },
        ExpressionAttributeValues: { ":o": "Ann" },
      }),
    );
    expect(Items).toEqual([
      { id: "2", owner: "Ann", age: 1 },
      { id: "1", owner: "Ann", age: 3 },
    ]);
  });

  test("an item past its time to live is gone after a while; one renewed in time stays", async () => {
    const { services, invoker, clock } = await startServices(streamed);
    const client = documentsOf(services);
    const soon = Math.floor(clock.now() / 1000) + 5;
    await client.send(
      new BatchWriteCommand({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: { id: "old", expires: soon } } },
            { PutRequest: { Item: { id: "renewed", expires: soon } } },
          ],
        },
      }),
    );
    await invoker.next();
    await client.send(
      new UpdateCommand({
        TableName,
        Key: { id: "renewed" },
        UpdateExpression: "SET expires = :later",
        ExpressionAttributeValues: { ":later": soon + 3600 },
      }),
    );
    await invoker.next();
    await clock.advance("11s");
    expect((await invoker.next()).event.Records).toMatchObject([
      {
        eventName: "REMOVE",
        userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
        dynamodb: { Keys: { id: { S: "old" } }, OldImage: { expires: { N: String(soon) } } },
      },
    ]);
    const { Items } = await client.send(new ScanCommand({ TableName }));
    expect(Items).toEqual([{ id: "renewed", expires: soon + 3600 }]);
  });

  test("a table that the manifest gains while running is there at once", async () => {
    const { services, root } = await startServices({ tables: [cats] });
    const dogs = { ...cats, name: "dogs" };
    await services.update({
      manifest: manifestWith({ tables: [cats, dogs] }),
      root,
      functions: [],
    });
    const client = documentsOf(services);
    const put = new PutCommand({ TableName: "testapp-staging-dogs", Item: { id: "1" } });
    await expect(client.send(put)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });
});

describe("table streams", () => {
  test("old and new images of inserted, changed and removed items arrive in order", async () => {
    const { services, invoker } = await startServices(streamed);
    const client = documentsOf(services);
    await client.send(new PutCommand({ TableName, Item: { id: "1", name: "Tom" } }));
    expect((await invoker.next()).event.Records).toMatchObject([
      {
        eventName: "INSERT",
        eventSource: "aws:dynamodb",
        dynamodb: { Keys: { id: { S: "1" } }, NewImage: { name: { S: "Tom" } } },
      },
    ]);
    await client.send(new PutCommand({ TableName, Item: { id: "1", name: "Tim" } }));
    expect((await invoker.next()).event.Records).toMatchObject([
      {
        eventName: "MODIFY",
        dynamodb: { OldImage: { name: { S: "Tom" } }, NewImage: { name: { S: "Tim" } } },
      },
    ]);
    await client.send(new DeleteCommand({ TableName, Key: { id: "1" } }));
    const removed = (await invoker.next()).event.Records[0];
    expect(removed).toMatchObject({
      eventName: "REMOVE",
      dynamodb: { OldImage: { name: { S: "Tim" } } },
    });
    expect(removed).not.toHaveProperty("dynamodb.NewImage");
  });

  test("a write that changes nothing makes no record", async () => {
    const { services, invoker } = await startServices(streamed);
    const client = documentsOf(services);
    const Item = { id: "1", name: "Tom" };
    await client.send(new PutCommand({ TableName, Item }));
    await invoker.next();
    await client.send(new PutCommand({ TableName, Item }));
    await client.send(new PutCommand({ TableName, Item: { id: "2" } }));
    expect((await invoker.next()).event.Records).toMatchObject([
      { dynamodb: { Keys: { id: { S: "2" } } } },
    ]);
  });

  test("concurrent writes of one item make a chain: each old image is the new one before", async () => {
    const { services, invoker } = await startServices(streamed);
    const client = documentsOf(services);
    const count = 20;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        client.send(new PutCommand({ TableName, Item: { id: "1", index } })),
      ),
    );
    const records: { OldImage?: unknown; NewImage?: unknown }[] = [];
    while (records.length < count) {
      const { event } = await invoker.next();
      expect(event.Records.length).toBeLessThanOrEqual(10);
      for (const { dynamodb } of event.Records) records.push(dynamodb as object);
    }
    expect(records[0]).not.toHaveProperty("OldImage");
    for (const [index, record] of records.slice(1).entries())
      expect(record.OldImage).toEqual(records[index]?.NewImage);
  });

  test("a failed batch is tried again and holds back what comes after it", async () => {
    const { services, invoker, clock } = await startServices(streamed);
    const client = documentsOf(services);
    invoker.fail = () => true;
    await client.send(new PutCommand({ TableName, Item: { id: "1" } }));
    await invoker.next();
    await client.send(new PutCommand({ TableName, Item: { id: "2" } }));
    invoker.fail = () => false;
    await clock.advance("1s");
    // A stream follows its table: the second write may come with the retry, or in a batch after it.
    while (invoker.records("dynamodb").length < 3) await invoker.next();
    expect(invoker.records("dynamodb")).toMatchObject(
      ["1", "1", "2"].map((id) => ({ Keys: { id: { S: id } } })),
    );
  });
});

describe("seeds", () => {
  test("fill tables that are empty and leave the others alone", async () => {
    const root = await temporaryDirectory();
    const dataDirectory = join(root, "data");
    await mkdir(dataDirectory);
    const write = (name: string): Promise<void> =>
      writeFile(
        join(root, "sandbox-seed.json"),
        JSON.stringify({ cats: [{ id: "1", name, tags: ["a", { b: null }] }] }),
      );
    const read = async (from: Awaited<ReturnType<typeof startServices>>): Promise<unknown> =>
      (await documentsOf(from.services).send(new ScanCommand({ TableName }))).Items;
    await write("seed");
    const first = await startServices({ tables: [cats] }, { root, dataDirectory });
    expect(await read(first)).toEqual([{ id: "1", name: "seed", tags: ["a", { b: null }] }]);
    await documentsOf(first.services).send(
      new PutCommand({ TableName, Item: { id: "1", name: "changed by the app" } }),
    );
    await first.close();
    const second = await startServices({ tables: [cats] }, { root, dataDirectory });
    expect(await read(second)).toEqual([{ id: "1", name: "changed by the app" }]);
  });

  test("come from the file that is named, which may give them later", async () => {
    const root = await temporaryDirectory();
    const seedFile = join(root, "rows.mjs");
    await writeFile(
      seedFile,
      'export default async () => ({ cats: [{ id: "1", bytes: new Uint8Array([1]), set: new Set(["a"]) }] });\n',
    );
    const { services } = await startServices({ tables: [cats] }, { root, seedFile });
    const { Items } = await documentsOf(services).send(new ScanCommand({ TableName }));
    expect(Items).toEqual([{ id: "1", bytes: new Uint8Array([1]), set: new Set(["a"]) }]);
  });

  test.each([
    ["sandbox-seed.json", "{", /sandbox-seed\.json cannot be loaded/],
    ["sandbox-seed.json", '{"dogs":[]}', /the manifest has no table "dogs"/],
    ["sandbox-seed.json", '{"cats":[{"name":"no key"}]}', /row 0 of "cats" was refused/],
    ["sandbox-seed.mjs", "export default 7", /must export an object of tables/],
  ])("%s with %s is reported", async (name, text, message) => {
    const root = await temporaryDirectory();
    await writeFile(join(root, name), text);
    await expect(startServices({ tables: [cats] }, { root })).rejects.toThrow(message);
  });
});
