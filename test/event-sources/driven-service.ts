import { createMemoryContext } from "./memory-context.ts";
import { Events } from "../../packages/runtime/src/services/events/events.ts";
import { Queues } from "../../packages/runtime/src/services/queues/queues.ts";
import { Scheduler } from "../../packages/runtime/src/services/scheduled/scheduler.ts";
import { streamOfCats } from "./stream-of-cats.ts";
import type { TableStreams } from "../../packages/runtime/src/services/tables-streams/table-streams.ts";
import type { Manifest } from "@arclet/manifest";
import { onTestFinished } from "vitest";

/** What the queue `jobs` does, measured at the function's door and by the clock. */
export interface QueueBehaviour {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly visibilitySeconds: number;
  readonly receives: number;
  readonly reportsItemFailures: boolean;
  readonly keepsOrder: boolean;
}

const longestWindow = 301;
const longestVisibility = 6000;
const manyMessages = 30;

interface Queue {
  readonly send: (body: string) => Promise<void>;
  readonly local: ReturnType<typeof createMemoryContext>;
  readonly service: Queues;
}

async function queueOf(manifest: Manifest): Promise<Queue> {
  const local = createMemoryContext();
  const service = await Queues.open(local.context, manifest);
  onTestFinished(() => service.close());
  const send = async (body: string): Promise<void> => {
    const rest = { attributes: {}, delaySeconds: 0, groupId: "g", deduplicationId: null };
    await service.find("jobs")?.send({ body, ...rest });
  };
  return { service, local, send };
}

export async function driveQueue(manifest: Manifest): Promise<QueueBehaviour> {
  const windowSeconds = await queueWindow(manifest);
  return {
    batchSize: await queueBatch(manifest),
    windowSeconds,
    visibilitySeconds: await queueVisibility(manifest),
    receives: await queueReceives(manifest),
    reportsItemFailures: await queueItemFailures(manifest),
    keepsOrder: await queueOrder(manifest, windowSeconds),
  };
}

async function queueBatch(manifest: Manifest): Promise<number> {
  const { service, send, local } = await queueOf(manifest);
  for (let number = 0; number < manyMessages; number += 1) await send(`m${number}`);
  service.start();
  await local.pass("301s");
  return local.records(0).length;
}

async function queueWindow(manifest: Manifest): Promise<number> {
  const { service, send, local } = await queueOf(manifest);
  service.start();
  await send("one");
  return local.secondsUntilCall(1, longestWindow);
}

async function queueVisibility(manifest: Manifest): Promise<number> {
  const { service, send, local } = await queueOf(manifest);
  local.answer = () => new Error("no");
  await send("one");
  service.start();
  const first = await local.secondsUntilCall(1, longestWindow);
  const window = first;
  // What is seen again is gathered for a window again.
  return (await local.secondsUntilCall(2, longestVisibility)) - window;
}

async function queueReceives(manifest: Manifest): Promise<number> {
  const { service, send, local } = await queueOf(manifest);
  local.answer = () => new Error("no");
  service.start();
  await send("one");
  for (let turn = 0; service.deadLetters().length === 0 && turn < 2000; turn += 1)
    await local.pass("1m");
  return local.calls.length;
}

async function queueItemFailures(manifest: Manifest): Promise<boolean> {
  const { service, send, local } = await queueOf(manifest);
  let failing: string | null = null;
  local.answer = (records) => {
    failing ??= String(records[0]?.["messageId"]);
    const ids = records.map((record) => String(record["messageId"]));
    return { batchItemFailures: ids.filter((id) => id === failing).map(asFailure) };
  };
  await send("one");
  service.start();
  await local.pass("301s");
  for (let turn = 0; local.calls.length < 2 && turn < 200; turn += 1) await local.pass("1m");
  return local.calls.length > 1;
}

async function queueOrder(manifest: Manifest, windowSeconds: number): Promise<boolean> {
  const { service, send, local } = await queueOf(manifest);
  // The function never ends its first batch, so whatever comes is handed over beside it, or waits.
  let end = (): void => {};
  const held = new Promise<void>((resolve) => (end = resolve));
  local.answer = () => held;
  service.start();
  await send("one");
  await local.secondsUntilCall(1, longestWindow);
  await send("two");
  await local.pass((windowSeconds + 1) * 1000);
  const isHeldBack = local.calls.length === 1;
  end();
  return isHeldBack;
}

const asFailure = (itemIdentifier: string): object => ({ itemIdentifier });

export interface StreamBehaviour {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly bisects: boolean;
  /** null: until the records are too old. */
  readonly retries: number | null;
  readonly reportsItemFailures: boolean;
}

interface Stream {
  readonly service: TableStreams;
  readonly local: ReturnType<typeof createMemoryContext>;
  readonly change: (count: number) => void;
}

function streamOf(manifest: Manifest): Stream {
  const local = createMemoryContext();
  const { service, change: changeItems } = streamOfCats(local.context, manifest);
  const change = (count: number): void => changeItems(...Array.from({ length: count }, () => "a"));
  return { service, local, change };
}

export async function driveStream(manifest: Manifest): Promise<StreamBehaviour> {
  return {
    batchSize: await streamBatch(manifest),
    windowSeconds: await streamWindow(manifest),
    bisects: await streamBisects(manifest),
    retries: await streamRetries(manifest),
    reportsItemFailures: await streamItemFailures(manifest),
  };
}

async function streamBatch(manifest: Manifest): Promise<number> {
  const { service, local, change } = streamOf(manifest);
  change(300);
  service.start();
  await local.pass("301s");
  return local.records(0).length;
}

async function streamWindow(manifest: Manifest): Promise<number> {
  const { service, local, change } = streamOf(manifest);
  service.start();
  change(1);
  return local.secondsUntilCall(1, longestWindow);
}

async function streamBisects(manifest: Manifest): Promise<boolean> {
  const { service, local, change } = streamOf(manifest);
  local.answer = () => new Error("no");
  change(4);
  service.start();
  await local.pass("301s");
  return local.records(1).length < local.records(0).length;
}

/** Minutes, and the most retries that a setting of these tests allows: more of them are without end. */
const manyTries = 60;
const mostRetries = 5;

async function streamRetries(manifest: Manifest): Promise<number | null> {
  const { service, local, change } = streamOf(manifest);
  local.answer = () => new Error("no");
  service.start();
  change(1);
  for (let turn = 0; turn < manyTries; turn += 1) await local.pass("1m");
  return local.calls.length > mostRetries + 1 ? null : local.calls.length - 1;
}

async function streamItemFailures(manifest: Manifest): Promise<boolean> {
  const { service, local, change } = streamOf(manifest);
  local.answer = (records) => {
    const [, second] = records.map((record) => String(sequenceOf(record)));
    return { batchItemFailures: second === undefined ? [] : [{ itemIdentifier: second }] };
  };
  change(2);
  service.start();
  await local.pass("303s");
  // Without retries, the one that failed is given up.
  return local.records(1).length === 1 || local.log.some((text) => text.includes("1 record"));
}

function sequenceOf(record: Record<string, unknown> | undefined): unknown {
  return (record?.["dynamodb"] as { SequenceNumber?: string } | undefined)?.SequenceNumber;
}

/** Whether a record that waited so long is still handed over. */
export async function isStreamed(manifest: Manifest, ageSeconds: number): Promise<boolean> {
  const { service, local, change } = streamOf(manifest);
  change(1);
  await local.pass(ageSeconds * 1000);
  service.start();
  await local.pass("301s");
  return local.calls.length > 0;
}

/** Seconds from an event of `@events` to each try of a function that fails. */
export async function driveTopic(manifest: Manifest): Promise<readonly number[]> {
  const local = createMemoryContext();
  const service = await Events.open(local.context, manifest);
  onTestFinished(() => service.close());
  local.answer = () => new Error("no");
  service.start();
  const start = local.clock.now();
  await service.publish("daily", { message: "{}", subject: null, attributes: {} });
  await local.pass("10m");
  return local.calls.map(({ at }) => (at - start) / 1000);
}

/** The first event of `@scheduled`, and seconds to each try of a function that fails. */
export async function driveSchedule(
  manifest: Manifest,
): Promise<{ readonly event: unknown; readonly tries: readonly number[] }> {
  const local = createMemoryContext();
  local.answer = () => new Error("no");
  const service = new Scheduler(local.context, manifest);
  service.start();
  onTestFinished(() => service.close());
  await local.pass("1d");
  await local.pass("10m");
  const [first] = local.calls;
  const start = first?.at ?? 0;
  return { event: first?.event, tries: local.calls.map(({ at }) => (at - start) / 1000) };
}
