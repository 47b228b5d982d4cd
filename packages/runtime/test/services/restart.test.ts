import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import {
  documentsOf,
  namesIn,
  RecordingInvoker,
  snsOf,
  sqsOf,
  startServices,
  temporaryDirectory,
} from "./local-services.ts";

const key = { name: "id", type: "S" } as const;
const everything = {
  tables: [
    {
      name: "cats",
      partitionKey: key,
      sortKey: null,
      ttlAttribute: null,
      encrypt: false,
      pointInTimeRecovery: false,
      indexes: [],
      origin: null,
    },
  ],
  tableStreams: [{ table: "cats", functionId: "tables-streams/cats", origin: null }],
  events: [{ name: "hi", functionId: "events/hi", origin: null }],
  queues: [
    {
      name: "jobs",
      functionId: "queues/jobs",
      fifo: true,
      batchSize: 1,
      batchWindow: 0,
      origin: null,
    },
  ],
};
const TableName = "testapp-staging-cats";

test("accepted work is in the tables before a stop, or delivered after it", async () => {
  const dataDirectory = await temporaryDirectory();
  const first = await startServices(everything, { dataDirectory });
  first.invoker.fail = () => true;
  await documentsOf(first.services).send(new PutCommand({ TableName, Item: { id: "1" } }));
  await snsOf(first.services).send(
    new PublishCommand({ TopicArn: namesIn(first.services, "ARC_EVENTS")["hi"], Message: "event" }),
  );
  await sqsOf(first.services).send(
    new SendMessageBatchCommand({
      QueueUrl: namesIn(first.services, "ARC_QUEUES")["jobs"],
      Entries: ["m1", "m2", "m3"].map((body) => ({
        Id: body,
        MessageBody: body,
        MessageGroupId: "g",
      })),
    }),
  );
  const tried = new Set([
    (await first.invoker.next()).functionId,
    (await first.invoker.next()).functionId,
    (await first.invoker.next()).functionId,
  ]);
  expect(tried).toEqual(new Set(["tables-streams/cats", "events/hi", "queues/jobs"]));
  await first.close();

  const invoker = new RecordingInvoker();
  const second = await startServices(everything, { dataDirectory, invoker });
  await second.clock.advance("30s");
  for (let count = 0; count < 5; count += 1) await invoker.next();
  expect(invoker.calls.filter(({ functionId }) => functionId === "events/hi")).toMatchObject([
    { event: { Records: [{ Sns: { Message: "event" } }] } },
  ]);
  expect(
    invoker.calls.filter(({ functionId }) => functionId === "tables-streams/cats"),
  ).toMatchObject([{ event: { Records: [{ dynamodb: { NewImage: { id: { S: "1" } } } }] } }]);
  expect(
    invoker.calls
      .filter(({ functionId }) => functionId === "queues/jobs")
      .map(({ event }) => event.Records[0]?.["body"]),
  ).toEqual(["m1", "m2", "m3"]);
  const { Items } = await documentsOf(second.services).send(new ScanCommand({ TableName }));
  expect(Items).toEqual([{ id: "1" }]);
});

test("a stop in the midst of writes waits for them, and keeps their records", async () => {
  for (let round = 0; round < 12; round += 1) {
    const dataDirectory = await temporaryDirectory();
    const first = await startServices(everything, { dataDirectory });
    first.invoker.fail = () => true;
    const documents = documentsOf(first.services);
    const writes = Array.from({ length: 20 }, (_, id) =>
      documents.send(new PutCommand({ TableName, Item: { id: String(id) } })),
    );
    // So that the stop comes at another moment each time.
    await Promise.race(writes.slice(round));
    const [written] = await Promise.all([Promise.allSettled(writes), first.close()]);
    const accepted = written.filter(({ status }) => status === "fulfilled").length;

    const second = await startServices(everything, { dataDirectory });
    const rows = await documentsOf(second.services).send(new ScanCommand({ TableName }));
    const told = new Set<unknown>();
    while (told.size < accepted) {
      const { event } = await second.invoker.next();
      for (const { dynamodb } of event.Records as { dynamodb: { Keys: { id: { S: string } } } }[])
        told.add(dynamodb.Keys.id.S);
    }
    expect(rows.Count).toBeGreaterThanOrEqual(accepted);
    await second.close();
  }
});
