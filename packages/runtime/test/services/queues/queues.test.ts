import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Manifest } from "@arclet/manifest";
import { describe, expect, test } from "vitest";
import {
  namesIn,
  RecordingInvoker,
  sqsOf,
  startServices,
  temporaryDirectory,
  type LocalServices,
} from "../local-services.ts";

const queueOf = (fifo: boolean, settings: object = {}): Partial<Manifest> => ({
  queues: [
    {
      name: "jobs",
      functionId: "queues/jobs",
      fifo,
      batchSize: 10,
      batchWindow: 0,
      origin: null,
      ...settings,
    },
  ],
});

/** Services with one queue whose function takes nothing unless it is told to. */
async function start(
  fifo: boolean,
  settings: object = {},
  dataDirectory?: string,
): Promise<LocalServices & { readonly sqs: SQSClient; readonly QueueUrl: string }> {
  const local = await startServices(
    queueOf(fifo, settings),
    dataDirectory === undefined ? {} : { dataDirectory },
  );
  const QueueUrl = namesIn(local.services, "ARC_QUEUES")["jobs"] ?? "";
  return { ...local, sqs: sqsOf(local.services), QueueUrl };
}

/** The queue of dead letters has no function: what is in it stays for whoever receives. */
const deadLettersOf = (QueueUrl: string): string =>
  QueueUrl.endsWith(".fifo")
    ? `${QueueUrl.slice(0, -5)}-dead-letters.fifo`
    : `${QueueUrl}-dead-letters`;

describe("delivery to functions", () => {
  test("a message reaches its function with attributes and digest", async () => {
    const { sqs, QueueUrl, invoker } = await start(false);
    const { MessageId } = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "work",
        MessageAttributes: {
          colour: { DataType: "String", StringValue: "red" },
          bytes: { DataType: "Binary", BinaryValue: Buffer.from("hi") },
        },
      }),
    );
    expect((await invoker.next()).event.Records).toMatchObject([
      {
        messageId: MessageId,
        body: "work",
        eventSource: "aws:sqs",
        attributes: { ApproximateReceiveCount: "1" },
        messageAttributes: {
          colour: { dataType: "String", stringValue: "red" },
          bytes: { dataType: "Binary", binaryValue: "aGk=" },
        },
      },
    ]);
  });

  test("a batch of ten is one invocation", async () => {
    const { sqs, QueueUrl, invoker, clock } = await start(false, { batchWindow: 1 });
    const { Successful, Failed } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: Array.from({ length: 10 }, (_, index) => ({
          Id: `e${index}`,
          MessageBody: `m${index}`,
        })),
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `e${index}`),
    );
    expect(Failed ?? []).toEqual([]);
    await clock.advance("1s");
    expect((await invoker.next()).event.Records).toHaveLength(10);
  });

  test("a failed message is delivered again after its visibility timeout, five times, then becomes a dead letter", async () => {
    const { services, sqs, QueueUrl, invoker, clock } = await start(false);
    invoker.fail = () => true;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "work" }));
    await invoker.next();
    // Six times the function's five seconds, as deployed.
    await clock.advance("29s");
    expect(invoker.calls).toHaveLength(1);
    for (let turn = 0; turn < 6; turn += 1) await clock.advance("30s");
    expect(invoker.calls).toHaveLength(5);
    expect(services.deadLetters()).toMatchObject([{ payload: "work", source: "jobs" }]);
    const dead = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deadLettersOf(QueueUrl), WaitTimeSeconds: 1 }),
    );
    expect(dead.Messages?.[0]?.Body).toBe("work");
  });

  test("only the messages named in batchItemFailures are seen again", async () => {
    const { sqs, QueueUrl, invoker, clock } = await start(false, { batchWindow: 1 });
    invoker.answer = ({ event }) =>
      JSON.stringify({
        batchItemFailures: event.Records.filter(({ body }) => body === "bad").map(
          ({ messageId }) => ({ itemIdentifier: messageId }),
        ),
      });
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "1", MessageBody: "good" },
          { Id: "2", MessageBody: "bad" },
        ],
      }),
    );
    await clock.advance("1s");
    await invoker.next();
    await clock.advance("35s");
    expect(invoker.records("body")).toEqual(["good", "bad", "bad"]);
  });

  test("an answer whose batchItemFailures name nothing fails the whole batch", async () => {
    const { sqs, QueueUrl, invoker, clock } = await start(false);
    invoker.answer = () => '{"batchItemFailures":[{"itemIdentifier":""}]}';
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "again" }));
    await invoker.next();
    await clock.advance("30s");
    expect(invoker.records("body")).toEqual(["again", "again"]);
  });

  test("a delayed message comes after its delay", async () => {
    const { sqs, QueueUrl, invoker, clock } = await start(false);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 10 }));
    await clock.advance("9s");
    expect(invoker.calls).toHaveLength(0);
    await clock.advance("1s");
    expect(invoker.records("body")).toEqual(["later"]);
  });
});

describe("FIFO queues", () => {
  test("a group waits behind its failed message while other groups go on", async () => {
    const { sqs, QueueUrl, invoker, clock } = await start(true);
    const send = (MessageBody: string, MessageGroupId: string): Promise<unknown> =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId }));
    invoker.fail = () => true;
    await send("a1", "a");
    await invoker.next();
    invoker.fail = () => false;
    await send("a2", "a");
    await send("b1", "b");
    await invoker.next();
    expect(invoker.records("body")).toEqual(["a1", "b1"]);
    await clock.advance("30s");
    expect(invoker.records("body")).toEqual(["a1", "b1", "a1", "a2"]);
  });

  test("a deduplication id counts for five minutes, and repeats the first message's id", async () => {
    const { sqs, QueueUrl, invoker, clock } = await start(true);
    const send = async (): Promise<string | undefined> => {
      const sent = await sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: "once",
          MessageGroupId: "g",
          MessageDeduplicationId: "d",
        }),
      );
      return sent.MessageId;
    };
    const first = await send();
    await invoker.next();
    expect(await send()).toBe(first);
    await clock.advance("4m");
    expect(await send()).toBe(first);
    expect(invoker.calls).toHaveLength(1);
    await clock.advance("1m");
    expect(await send()).not.toBe(first);
    await invoker.next();
    expect(invoker.calls).toHaveLength(2);
  });

  test("a message without group, and one with a delay of its own, are refused", async () => {
    const { sqs, QueueUrl } = await start(true);
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" })),
    ).rejects.toMatchObject({ name: "MissingParameter" });
    await expect(
      sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: "x",
          MessageGroupId: "g",
          DelaySeconds: 1,
        }),
      ),
    ).rejects.toMatchObject({ name: "InvalidParameterValue" });
  });
});

describe("the SDK as a consumer", () => {
  /** Three messages among the dead letters, where no function takes them. */
  async function withDeadLetters(): Promise<{
    sqs: SQSClient;
    url: string;
    clock: LocalServices["clock"];
  }> {
    const { sqs, QueueUrl, clock, invoker } = await start(false);
    invoker.fail = () => true;
    const url = deadLettersOf(QueueUrl);
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: ["a", "b", "c"].map((body) => ({
          Id: body,
          MessageBody: body,
          MessageAttributes: { kind: { DataType: "String", StringValue: body } },
        })),
      }),
    );
    return { sqs, url, clock };
  }

  test("receives with the attributes it asked for, and deletes a batch", async () => {
    const { sqs, url } = await withDeadLetters();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(["a", "b", "c"]);
    expect(Messages[0]).toMatchObject({
      Attributes: { ApproximateReceiveCount: "1" },
      MessageAttributes: { kind: { StringValue: "a" } },
    });
    const { Successful, Failed } = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: [
          ...Messages.map(({ Body = "", ReceiptHandle }) => ({ Id: Body, ReceiptHandle })),
          { Id: "unknown", ReceiptHandle: "nonsense" },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(["a", "b", "c"]);
    expect(Failed).toMatchObject([
      { Id: "unknown", Code: "ReceiptHandleIsInvalid", SenderFault: true },
    ]);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  });

  test("changes a message's visibility, and receives only visible messages", async () => {
    const { sqs, url, clock } = await withDeadLetters();
    const receive = async (): Promise<(string | undefined)[]> => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body }) => Body);
    };
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    expect(await receive()).toEqual(["b", "c"]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await receive()).toEqual(["a"]);
    await expect(
      sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }),
      ),
    ).rejects.toMatchObject({ name: "InvalidParameterValue" });
    await clock.advance("30s");
    expect(await receive()).toEqual(["a", "b", "c"]);
  });

  test.each(["\u0000", "a\u000bb", "\uFFFE", "\u001f"])(
    "characters that SQS refuses are InvalidMessageContents: %j",
    async (MessageBody) => {
      const { sqs, QueueUrl } = await start(false);
      await expect(
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })),
      ).rejects.toMatchObject({ name: "InvalidMessageContents" });
      const rest = "\t\n\r \uD7FF\uE000\uFFFD\u{10000}\u{10FFFF}";
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: rest }));
    },
  );

  test("long polling receives messages sent in the meantime", async () => {
    const { sqs, QueueUrl } = await start(false);
    const url = deadLettersOf(QueueUrl);
    const received = sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "now" }));
    expect((await received).Messages?.[0]?.Body).toBe("now");
  });

  test("a queue whose name says that it is FIFO has that ending once", async () => {
    const { services } = await startServices(queueOf(true, { name: "jobs.fifo" }));
    const { QueueUrls } = await sqsOf(services).send(new ListQueuesCommand({}));
    expect(QueueUrls?.map((url) => url.slice(url.lastIndexOf("/") + 1))).toEqual([
      "testapp-staging-jobs.fifo",
    ]);
  });

  test("finds queues by name", async () => {
    const { sqs, QueueUrl } = await start(true);
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "testapp" }));
    expect(QueueUrls).toEqual([QueueUrl]);
    const found = await sqs.send(
      new GetQueueUrlCommand({ QueueName: "testapp-staging-jobs.fifo" }),
    );
    expect(found.QueueUrl).toBe(QueueUrl);
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: "none" }))).rejects.toMatchObject({
      name: "QueueDoesNotExist",
    });
  });

  test.each([
    ["no entry", [], "EmptyBatchRequest"],
    [
      "eleven entries",
      Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: "x" })),
      "TooManyEntriesInBatchRequest",
    ],
    [
      "an id twice",
      [
        { Id: "1", MessageBody: "x" },
        { Id: "1", MessageBody: "y" },
      ],
      "BatchEntryIdsNotDistinct",
    ],
    ["an id with a blank", [{ Id: "a b", MessageBody: "x" }], "InvalidBatchEntryId"],
    [
      "more than a megabyte together",
      ["1", "2"].map((Id) => ({ Id, MessageBody: "x".repeat(600_000) })),
      "BatchRequestTooLong",
    ],
  ])("a batch with %s is refused as a whole", async (_, Entries, name) => {
    const { sqs, QueueUrl, invoker } = await start(false);
    await expect(
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
    ).rejects.toMatchObject({ name: expect.stringContaining(name) as string });
    expect(invoker.calls).toHaveLength(0);
  });
});

describe("restarts", () => {
  test("a message in flight keeps its count of receives, and so still becomes a dead letter", async () => {
    const dataDirectory = await temporaryDirectory();
    for (let life = 1; life <= 5; life += 1) {
      const invoker = new RecordingInvoker();
      invoker.fail = () => true;
      const { services, clock, close } = await startServices(queueOf(false), {
        dataDirectory,
        invoker,
      });
      if (life === 1) {
        const sqs = sqsOf(services);
        const QueueUrl = namesIn(services, "ARC_QUEUES")["jobs"];
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison" }));
      } else {
        // Each life's clock starts at the same time: the message is in flight from the one before.
        await clock.advance(`${30 * (life - 1)}s`);
      }
      expect((await invoker.next()).event.Records).toMatchObject([
        { body: "poison", attributes: { ApproximateReceiveCount: String(life) } },
      ]);
      await close();
    }
    const last = await startServices(queueOf(false), { dataDirectory });
    await last.clock.advance("1h");
    await last.close();
    expect(last.invoker.calls).toHaveLength(0);
    expect(last.services.deadLetters()).toMatchObject([{ payload: "poison" }]);
    const again = await startServices(queueOf(false), { dataDirectory });
    expect(again.services.deadLetters()).toMatchObject([{ payload: "poison" }]);
  });

  test("a receipt handle is good after a restart", async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await start(false, {}, dataDirectory);
    const firstUrl = deadLettersOf(first.QueueUrl);
    await first.sqs.send(new SendMessageCommand({ QueueUrl: firstUrl, MessageBody: "x" }));
    const { Messages } = await first.sqs.send(new ReceiveMessageCommand({ QueueUrl: firstUrl }));
    await first.close();
    const second = await start(false, {}, dataDirectory);
    await second.sqs.send(
      new DeleteMessageCommand({
        QueueUrl: deadLettersOf(second.QueueUrl),
        ReceiptHandle: Messages?.[0]?.ReceiptHandle,
      }),
    );
    expect(second.services.deadLetters()).toEqual([]);
  });
});
