import type { Template } from "@arclet/deploy";
import { describe, expect, test } from "vitest";
import { manifestOf, templateOf } from "../../packages/deploy/test/apps.ts";
import { ofType } from "../../packages/deploy/test/template-queries.ts";
import {
  driveQueue,
  driveSchedule,
  driveStream,
  driveTopic,
  isStreamed,
  type QueueBehaviour,
  type StreamBehaviour,
} from "./driven-service.ts";

// What a template leaves out is AWS's default, written here from AWS's documentation: nothing of the
// product's own tables is read on this side.

function propertiesOf(template: Template, type: string, part = ""): Record<string, unknown> {
  const found = ofType(template, type).map(({ Properties }) => Properties ?? {});
  const [properties, ...more] = found.filter((one) => JSON.stringify(one).includes(part));
  expect(more).toEqual([]);
  return properties ?? {};
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
function queueOfTemplate(template: Template): QueueBehaviour {
  const mapping = propertiesOf(template, "AWS::Lambda::EventSourceMapping");
  const queue = propertiesOf(template, "AWS::SQS::Queue", "RedrivePolicy");
  const { maxReceiveCount } = queue["RedrivePolicy"] as { maxReceiveCount: number };
  const types = (mapping["FunctionResponseTypes"] ?? []) as readonly string[];
  return {
    batchSize: Number(mapping["BatchSize"] ?? 10),
    windowSeconds: Number(mapping["MaximumBatchingWindowInSeconds"] ?? 0),
    visibilitySeconds: Number(queue["VisibilityTimeout"] ?? 30),
    receives: maxReceiveCount,
    reportsItemFailures: types.includes("ReportBatchItemFailures"),
    keepsOrder: queue["FifoQueue"] === true,
  };
}

const configOf = (settings: string): Record<string, string> => ({
  "src/queues/jobs/config.arc": `@aws\n${settings}\n`,
});

describe("a queue is polled locally as its deployed mapping polls", () => {
  test.each([
    ["defaults", "", {}],
    ["a batch", "  batchSize 5\n", {}],
    ["a standard queue", "  fifo false\n", {}],
    ["a window", "  fifo false\n  batchSize 10\n  batchWindow 7\n", {}],
    ["a batch that needs a window", "  fifo false\n  batchSize 20\n", {}],
    ["a longer function", "", configOf("timeout 20")],
    ["a visibility time-out", "  visibilityTimeout 77\n", {}],
    ["fewer receives", "  maxReceiveCount 2\n", {}],
    ["a function that is for standard queues", "  batchSize 3\n", configOf("fifo false")],
    ["a function that is for FIFO queues", "  fifo false\n  batchSize 3\n", configOf("fifo true")],
  ])("%s", async (_what, settings, files) => {
    const manifest = await manifestOf(`@app\nparity\n\n@queues\njobs\n${settings}`, files);
    expect(await driveQueue(manifest)).toEqual(queueOfTemplate(templateOf(manifest)));
  });
});

/** Lambda's own limits of a stream: as long as DynamoDB keeps records. */
function streamOfTemplate(mapping: Record<string, unknown>): StreamBehaviour {
  const types = (mapping["FunctionResponseTypes"] ?? []) as readonly string[];
  const retries = Number(mapping["MaximumRetryAttempts"] ?? -1);
  return {
    batchSize: Number(mapping["BatchSize"] ?? 100),
    windowSeconds: Number(mapping["MaximumBatchingWindowInSeconds"] ?? 0),
    bisects: mapping["BisectBatchOnFunctionError"] === true,
    retries: retries === -1 ? null : retries,
    reportsItemFailures: types.includes("ReportBatchItemFailures"),
  };
}

const table = "@app\nparity\n\n@tables\ncats\n  id *String\n\n@tables-streams\ncats\n";

describe("a table's stream is read locally as its deployed mapping reads", () => {
  test.each([
    ["defaults", ""],
    ["a large batch", "  batchSize 250\n"],
    ["a window", "  batchSize 50\n  batchWindow 9\n"],
    ["few retries", "  retries 3\n"],
    ["no retry", "  retries 0\n"],
    ["whole batches", "  bisect false\n"],
    ["a maximum age", "  maxAge 600\n"],
  ])("%s", async (_what, settings) => {
    const manifest = await manifestOf(`${table}${settings}`);
    const mapping = propertiesOf(templateOf(manifest), "AWS::Lambda::EventSourceMapping");
    expect(await driveStream(manifest)).toEqual(streamOfTemplate(mapping));
    const maxAge = Number(mapping["MaximumRecordAgeInSeconds"] ?? 86_400);
    expect([await isStreamed(manifest, maxAge - 1), await isStreamed(manifest, maxAge)]).toEqual([
      true,
      false,
    ]);
  });
});

/**
 * Lambda's two retries come after one minute and after two more.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
function triesOfTemplate(template: Template): readonly number[] {
  const config = propertiesOf(template, "AWS::Lambda::EventInvokeConfig");
  const retries = Number(config["MaximumRetryAttempts"] ?? 2);
  const maxAge = Number(config["MaximumEventAgeInSeconds"] ?? 21_600);
  return [0, 60, 180].slice(0, retries + 1).filter((seconds) => seconds <= maxAge);
}

const retrySettings = [
  ["defaults", ""],
  ["no retry", "  retries 0\n"],
  ["one retry", "  retries 1\n"],
  ["a short life", "  maxAge 100\n"],
  ["both", "  retries 1\n  maxAge 61\n"],
] as const;

describe("an asynchronous event is tried locally as Lambda tries it", () => {
  test.each(retrySettings)("of a topic: %s", async (_what, settings) => {
    const manifest = await manifestOf(`@app\nparity\n\n@events\ndaily\n${settings}`);
    expect(await driveTopic(manifest)).toEqual(triesOfTemplate(templateOf(manifest)));
  });

  test.each(retrySettings)("of a schedule: %s", async (_what, settings) => {
    const text = `@app\nparity\n\n@scheduled\ntick\n  rate 1 day\n${settings}`;
    const manifest = await manifestOf(text);
    const { tries } = await driveSchedule(manifest);
    expect(tries).toEqual(triesOfTemplate(templateOf(manifest)));
  });
});

test("a schedule's event is the same locally and deployed", async () => {
  const text = "@app\nparity\n\n@aws\nregion eu-west-3\n\n@scheduled\ntick cron(30 8 * * ? *)\n";
  const manifest = await manifestOf(text);
  const template = templateOf(manifest);
  const { Target } = propertiesOf(template, "AWS::Scheduler::Schedule") as {
    Target: { Input: { "Fn::Sub": string } };
  };
  // As CloudFormation and Scheduler fill it in.
  const values: Record<string, string> = {
    "AWS::AccountId": "123456789012",
    "AWS::Region": "eu-west-3",
    "AWS::Partition": "aws",
    "AWS::StackName": "parity-staging",
  };
  const deployed = Target.Input["Fn::Sub"]
    .replaceAll(/\$\{([^}]+)\}/g, (_whole, name: string) => values[name] ?? `?${name}`)
    .replace("<aws.scheduler.execution-id>", "the-id")
    .replace("<aws.scheduler.scheduled-time>", "2023-11-15T08:30:00Z");
  const { event } = await driveSchedule(manifest);
  expect({ ...(event as object), id: "the-id" }).toEqual(JSON.parse(deployed));
});

test("a schedule's expression and time zone mean the same time of day", async () => {
  const zone = "  cron 30 8 * * ? *\n  timezone America/New_York\n";
  const manifest = await manifestOf(`@app\nparity\n\n@scheduled\ntick\n${zone}`);
  expect(propertiesOf(templateOf(manifest), "AWS::Scheduler::Schedule")).toMatchObject({
    ScheduleExpression: "cron(30 8 * * ? *)",
    ScheduleExpressionTimezone: "America/New_York",
  });
  const { event } = await driveSchedule(manifest);
  expect(event).toMatchObject({ time: "2023-11-15T13:30:00Z" });
});
