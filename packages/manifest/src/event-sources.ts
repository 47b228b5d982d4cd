import type { Location } from "./diagnostic.ts";
import type {
  EventTopic,
  LambdaFunction,
  Manifest,
  Queue,
  RoomKind,
  Schedule,
  TableStream,
} from "./manifest.ts";

/**
 * How events of each source reach their function, resolved from the manifest and the functions' own
 * configurations. Local services and CloudFormation resources are both built from this model, so that
 * they behave the same.
 */
export interface EventSources {
  readonly events: readonly TopicSource[];
  readonly queues: readonly QueueSource[];
  readonly schedules: readonly ScheduleSource[];
  readonly streams: readonly StreamSource[];
  readonly rooms: readonly RoomSource[];
}

interface Source {
  readonly name: string;
  readonly functionId: string;
  readonly origin: Location | null;
}

/** Lambda's own queue in front of a function that is invoked asynchronously: by SNS and by schedules. */
export interface AsyncInvocation {
  /** Retries, 0–2. */
  readonly retries: number;
  /** Seconds after which an event is no longer retried, 60–21,600. */
  readonly maxAgeSeconds: number;
}

export interface TopicSource extends Source {
  readonly invocation: AsyncInvocation;
}

export interface ScheduleSource extends Source {
  readonly expression: string;
  readonly timezone: string;
  readonly invocation: AsyncInvocation;
}

export interface QueueSource extends Source {
  /** FIFO: ordered within a group, with deduplication for five minutes. */
  readonly fifo: boolean;
  /** Most messages in one invocation. */
  readonly batchSize: number;
  /** Seconds to wait for a full batch; 0 invokes immediately. */
  readonly batchWindowSeconds: number;
  /** Seconds for which a received message stays hidden from other receivers. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message moves to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** Retention of the dead-letter queue in seconds. */
  readonly deadLetterRetentionSeconds: number;
  /** Whether the function may report failed messages in `batchItemFailures`. */
  readonly reportsItemFailures: boolean;
}

/** How a stream's records reach their function: one batch at a time, in order. */
export interface StreamPolling {
  /** Most records in one invocation. */
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  /** Retries; null retries until the records expire. */
  readonly retries: number | null;
  /** Seconds; DynamoDB keeps records for a day. */
  readonly maxAgeSeconds: number;
  /** Whether a failed batch is split in two. */
  readonly bisects: boolean;
  /** Whether the function may report in `batchItemFailures` the record to retry from. */
  readonly reportsItemFailures: boolean;
}

export interface StreamSource extends Source, StreamPolling {
  readonly table: string;
}

/** Joins and leaves of one kind of rooms, read from the realtime table's stream. `name` is the kind. */
export interface RoomSource extends Source, StreamPolling {}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const asyncInvocationDefaults: AsyncInvocation = { retries: 2, maxAgeSeconds: 21_600 };

/** Lambda waits one minute before the first retry and two before the second. Same page. */
export const asyncRetryDelaysSeconds: readonly number[] = [60, 120];

/** AWS advises at least five. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const defaultReceiveCount = 5;
/** The visibility timeout as a multiple of the function's, so that a throttled batch is not delivered twice. Same page. */
const visibilityFactor = 6;
/** 14 days, the longest SQS keeps a message. */
const deadLetterRetentionSeconds = 1_209_600;
/** Lambda requires a batch window above this batch size. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const largestBatchWithoutWindow = 10;
/** Architect's default; Lambda's is 100. */
const defaultStreamBatch = 10;
/** Lambda's default, because joins and leaves come in bursts. */
const presenceBatch = 100;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
export const streamRetentionSeconds = 86_400;
/** The default timeout, used for a function that is not in the manifest. */
const unknownTimeoutSeconds = 5;

type Parts = Pick<
  Manifest,
  "functions" | "events" | "queues" | "schedules" | "tableStreams" | "rooms"
>;

/** Resolves every event source of an app. `functions` must already include their own `config.arc`. */
export function eventSources(manifest: Parts): EventSources {
  const functions = new Map(manifest.functions.map((declared) => [declared.id, declared]));
  return {
    events: manifest.events.map(topicSource),
    queues: manifest.queues.map((queue) => queueSource(queue, functions.get(queue.functionId))),
    schedules: manifest.schedules.map(scheduleSource),
    streams: manifest.tableStreams.map(streamSource),
    rooms: manifest.rooms.flatMap(roomSource),
  };
}

function topicSource(topic: EventTopic): TopicSource {
  const { name, functionId, origin } = topic;
  return { name, functionId, origin, invocation: invocationOf(topic) };
}

function scheduleSource(schedule: Schedule): ScheduleSource {
  const { name, functionId, origin, expression, timezone } = schedule;
  return { name, functionId, origin, expression, timezone, invocation: invocationOf(schedule) };
}

function invocationOf({
  retries,
  maxAge,
}: Pick<EventTopic, "retries" | "maxAge">): AsyncInvocation {
  return {
    retries: retries ?? asyncInvocationDefaults.retries,
    maxAgeSeconds: maxAge ?? asyncInvocationDefaults.maxAgeSeconds,
  };
}

function queueSource(queue: Queue, declared: LambdaFunction | undefined): QueueSource {
  const { name, functionId, origin, batchSize, batchWindow } = queue;
  const fifo = declared?.config.fifo ?? queue.fifo;
  const needsWindow = !fifo && batchSize > largestBatchWithoutWindow;
  const batchWindowSeconds = fifo ? 0 : Math.max(batchWindow, needsWindow ? 1 : 0);
  const timeoutSeconds = declared?.config.timeout ?? unknownTimeoutSeconds;
  return {
    name,
    functionId,
    origin,
    fifo,
    batchSize,
    batchWindowSeconds,
    visibilityTimeoutSeconds:
      queue.visibilityTimeout ?? visibilityFactor * timeoutSeconds + batchWindowSeconds,
    maxReceiveCount: queue.maxReceiveCount ?? defaultReceiveCount,
    deadLetterRetentionSeconds,
    reportsItemFailures: true,
  };
}

function streamSource(stream: TableStream): StreamSource {
  const { table, functionId, origin } = stream;
  return {
    name: functionId.slice(functionId.indexOf("/") + 1),
    table,
    functionId,
    origin,
    batchSize: stream.batchSize ?? defaultStreamBatch,
    batchWindowSeconds: stream.batchWindow ?? 0,
    retries: stream.retries ?? null,
    maxAgeSeconds: stream.maxAge ?? streamRetentionSeconds,
    bisects: stream.bisect ?? true,
    reportsItemFailures: true,
  };
}

/** Empty for a kind without presence. */
function roomSource({ name, functionId, origin }: RoomKind): RoomSource[] {
  if (functionId === null) return [];
  return [
    {
      name,
      functionId,
      origin,
      batchSize: presenceBatch,
      batchWindowSeconds: 0,
      retries: null,
      maxAgeSeconds: streamRetentionSeconds,
      bisects: true,
      // The function sees its own event ids, not the stream's sequence numbers.
      reportsItemFailures: false,
    },
  ];
}
