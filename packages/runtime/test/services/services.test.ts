import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  DeleteCommand,
  GetCommand,
  PutCommand,
} from "@aws-sdk/lib-dynamodb";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Manifest } from "@arclet/manifest";
import { afterEach, describe, expect, test } from "vitest";
import type { InvocationResult } from "../../dist/execution/invocation.js";
import { createServices, type Services } from "../../dist/services/services.js";
import { createTestClock, type TestClock } from "../../dist/test-clock.js";
import { Traffic } from "../../dist/traffic/traffic.js";
import { parseScheduleExpression } from "../../dist/services/schedule-expression.js";

const credentials = { accessKeyId: "xxx", secretAccessKey: "xxx" };
const region = "us-west-2";
const opened: Services[] = [];

afterEach(async () => {
  for (const services of opened.splice(0)) await services.close();
});

interface Call {
  readonly functionId: string;
  readonly event: {
    readonly Records: readonly Record<string, unknown>[];
    readonly [name: string]: unknown;
  };
}

/** Records calls; `fail` decides which fail. `next` waits for a call that has not been seen. */
class RecordingInvoker {
  readonly calls: Call[] = [];
  fail: (call: Call) => boolean = () => false;
  answer = "null";
  #seen = 0;
  #waiting: (() => void)[] = [];

  invoke(functionId: string, payload: string): Promise<InvocationResult> {
    const call: Call = { functionId, event: JSON.parse(payload) as Call["event"] };
    this.calls.push(call);
    for (const wake of this.#waiting.splice(0)) wake();
    return Promise.resolve(
      this.fail(call)
        ? { ok: false, kind: "handled", errorType: "Error", errorMessage: "no", trace: [] }
        : { ok: true, payload: this.answer },
    );
  }

  async next(): Promise<Call> {
    for (;;) {
      const call = this.calls[this.#seen];
      if (call !== undefined) {
        this.#seen += 1;
        return call;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

const key = { name: "id", type: "S" } as const;

function manifestWith(parts: Partial<Manifest>): Manifest {
  return {
    app: "testapp",
    functions: [],
    http: null,
    ws: null,
    tables: [],
    tableStreams: [],
    events: [],
    queues: [],
    schedules: [],
    static: null,
    shared: null,
    views: null,
    proxy: null,
    cdn: false,
    aws: { region: null, profile: null, bucket: null, apigateway: "http" },
    plugins: [],
    pragmas: {},
    ...parts,
  };
}

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

async function start(
  parts: Partial<Manifest>,
  dataDirectory?: string,
): Promise<{ services: Services; invoker: RecordingInvoker; clock: TestClock }> {
  const invoker = new RecordingInvoker();
  const clock = createTestClock();
  const services = await createServices({
    app: {
      manifest: manifestWith(parts),
      root: await mkdtemp(join(tmpdir(), "arclet-services-")),
      functions: [],
    },
    invoker,
    clock,
    traffic: new Traffic(),
    connections: {
      attach() {},
      detach() {},
      request: () => "gone",
      close: () => Promise.resolve(),
    },
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  });
  opened.push(services);
  return { services, invoker, clock };
}

async function closeNow(services: Services): Promise<void> {
  opened.splice(opened.indexOf(services), 1);
  await services.close();
}

function documents(services: Services): DynamoDBDocumentClient {
  const endpoint = services.environment()["AWS_ENDPOINT_URL_DYNAMODB"] ?? "";
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
}

const eventsOnly = { events: [{ name: "hi", functionId: "events/hi", origin: null }] };
const queueOf = (fifo: boolean): Partial<Manifest> => ({
  queues: [
    { name: "jobs", functionId: "queues/jobs", fifo, batchSize: 10, batchWindow: 0, origin: null },
  ],
});

describe("tables", () => {
  test("the SDK writes and reads, changes and expiry reach the stream function", async () => {
    const { services, invoker, clock } = await start({
      tables: [cats],
      tableStreams: [{ table: "cats", functionId: "tables-streams/cats", origin: null }],
    });
    const client = documents(services);
    const TableName = "testapp-staging-cats";
    await client.send(new PutCommand({ TableName, Item: { id: "1", name: "Tom" } }));
    expect((await client.send(new GetCommand({ TableName, Key: { id: "1" } }))).Item).toEqual({
      id: "1",
      name: "Tom",
    });
    expect((await invoker.next()).event.Records[0]).toMatchObject({
      eventName: "INSERT",
      dynamodb: { NewImage: { name: { S: "Tom" } } },
    });
    await client.send(new DeleteCommand({ TableName, Key: { id: "1" } }));
    expect((await invoker.next()).event.Records[0]).toMatchObject({
      eventName: "REMOVE",
      dynamodb: { OldImage: { name: { S: "Tom" } } },
    });
    await client.send(
      new PutCommand({ TableName, Item: { id: "2", expires: Math.floor(clock.now() / 1000) + 5 } }),
    );
    await invoker.next();
    await clock.advance("11s");
    expect((await invoker.next()).event.Records[0]).toMatchObject({
      eventName: "REMOVE",
      userIdentity: { principalId: "dynamodb.amazonaws.com" },
    });
    client.destroy();
  });

  test("data outlives a restart with a data folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "arclet-data-"));
    const TableName = "testapp-staging-cats";
    const first = await start({ tables: [cats] }, folder);
    const before = documents(first.services);
    await before.send(new PutCommand({ TableName, Item: { id: "1" } }));
    before.destroy();
    await closeNow(first.services);
    const second = await start({ tables: [cats] }, folder);
    const after = documents(second.services);
    expect((await after.send(new GetCommand({ TableName, Key: { id: "1" } }))).Item).toEqual({
      id: "1",
    });
    after.destroy();
  });
});

describe("events", () => {
  test("a publish through the SDK is tried three times, after one and two minutes, then a dead letter", async () => {
    const { services, invoker, clock } = await start(eventsOnly);
    invoker.fail = () => true;
    const environment = services.environment();
    const sns = new SNSClient({
      endpoint: environment["AWS_ENDPOINT_URL_SNS"] ?? "",
      region,
      credentials,
    });
    const arns = JSON.parse(environment["ARC_EVENTS"] ?? "{}") as { hi: string };
    const { MessageId } = await sns.send(
      new PublishCommand({ TopicArn: arns.hi, Message: '{"a":1}' }),
    );
    expect((await invoker.next()).event.Records[0]).toMatchObject({
      EventSource: "aws:sns",
      Sns: { MessageId, Message: '{"a":1}' },
    });
    await clock.advance("59s");
    expect(invoker.calls).toHaveLength(1);
    await clock.advance("1s");
    await clock.advance("2m");
    expect(invoker.calls).toHaveLength(3);
    expect(services.deadLetters()).toMatchObject([{ source: "hi", error: "Error: no" }]);
    sns.destroy();
  });

  test("an event that waits for its next try is delivered after a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "arclet-data-"));
    const first = await start(eventsOnly, folder);
    first.invoker.fail = () => true;
    const response = await fetch(`http://127.0.0.1:${first.services.ports()["events"]}/events`, {
      method: "POST",
      body: JSON.stringify({ name: "hi", payload: { kept: true } }),
    });
    expect(response.status).toBe(200);
    await first.invoker.next();
    await closeNow(first.services);
    const second = await start(eventsOnly, folder);
    expect((await second.invoker.next()).event.Records[0]).toMatchObject({
      Sns: { Message: '{"kept":true}' },
    });
  });
});

describe("queues", () => {
  test("a failed message is seen again after its visibility time-out, five times, then found among the dead letters", async () => {
    const { services, invoker, clock } = await start(queueOf(false));
    invoker.fail = () => true;
    const environment = services.environment();
    const sqs = new SQSClient({
      endpoint: environment["AWS_ENDPOINT_URL_SQS"] ?? "",
      region,
      credentials,
    });
    const { jobs } = JSON.parse(environment["ARC_QUEUES"] ?? "{}") as { jobs: string };
    await sqs.send(new SendMessageCommand({ QueueUrl: jobs, MessageBody: "work" }));
    expect((await invoker.next()).event.Records[0]).toMatchObject({
      body: "work",
      eventSource: "aws:sqs",
    });
    for (let turn = 0; turn < 6; turn += 1) await clock.advance("30s");
    expect(invoker.calls).toHaveLength(5);
    expect(services.deadLetters()).toMatchObject([{ payload: "work", source: "jobs" }]);
    const dead = await sqs.send(new ReceiveMessageCommand({ QueueUrl: `${jobs}-dead-letters` }));
    expect(dead.Messages?.[0]?.Body).toBe("work");
    sqs.destroy();
  });

  test("a group of a FIFO queue waits behind its failed message while other groups go on", async () => {
    const { services, invoker, clock } = await start(queueOf(true));
    const bodies = (): unknown[] =>
      invoker.calls.flatMap((call) => call.event.Records.map((record) => record["body"]));
    const publish = (payload: string, groupID: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${services.ports()["events"]}/queues`, {
        method: "POST",
        body: JSON.stringify({ name: "jobs", payload, groupID }),
      });
    invoker.fail = () => true;
    await publish("a1", "a");
    await invoker.next();
    invoker.fail = () => false;
    await publish("a2", "a");
    await publish("b1", "b");
    expect(bodies()).toEqual(['"a1"', '"b1"']);
    await clock.advance("30s");
    expect(bodies()).toEqual(['"a1"', '"b1"', '"a1"', '"a2"']);
  });
});

describe("schedules", () => {
  test("a rate fires on the clock with EventBridge's event", async () => {
    const { invoker, clock } = await start({
      schedules: [
        {
          name: "tick",
          functionId: "scheduled/tick",
          expression: "rate(5 minutes)",
          timezone: "UTC",
          origin: null,
        },
      ],
    });
    await clock.advance("15m");
    expect(invoker.calls).toHaveLength(3);
    expect(invoker.calls[0]?.event).toMatchObject({
      "detail-type": "Scheduled Event",
      source: "aws.events",
    });
  });

  test.each([
    ["cron(0 12 ? * 2 *)", "2026-01-05T12:00:00.000Z"],
    ["cron(0 12 ? * MON-FRI *)", "2026-01-01T12:00:00.000Z"],
    ["cron(30 8 L * ? *)", "2026-01-31T08:30:00.000Z"],
    ["cron(0 0 ? * 6#1 *)", "2026-01-02T00:00:00.000Z"],
    ["cron(0 0 ? * 6L *)", "2026-01-30T00:00:00.000Z"],
  ])("%s fires next at %s", (expression, expected) => {
    const parsed = parseScheduleExpression(expression, "UTC");
    const next = parsed.ok ? parsed.next(Date.parse("2026-01-01T00:00:00Z")) : null;
    expect(next === null ? parsed : new Date(next).toISOString()).toBe(expected);
  });

  test.each([
    "rate(1 minutes)",
    "rate(0 days)",
    "cron(0 12 * * *)",
    "cron(0 12 * * 2 *)",
    "every day",
  ])("%s is refused", (expression) => {
    expect(parseScheduleExpression(expression, "UTC").ok).toBe(false);
  });
});
