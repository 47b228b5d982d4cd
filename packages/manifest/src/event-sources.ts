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
 * configurations. Local services and CloudFormation resources read this and nothing else, so that
 * both do the same.
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
  /** Tries after the first one, 0–2. */
  readonly retries: number;
  /** Seconds after which an event is not tried again, 60–21,600. */
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
  /** Messages of one group in order, each once in five minutes. */
  readonly fifo: boolean;
  /** Messages of one invocation at most. */
  readonly batchSize: number;
  /** Seconds to gather a batch; 0 hands over at once. */
  readonly batchWindowSeconds: number;
  /** Seconds for which a received message is hidden from others. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message goes to the dead letters. */
  readonly maxReceiveCount: number;
  /** Seconds that the queue of dead letters keeps a message. */
  readonly deadLetterRetentionSeconds: number;
  /** Whether `batchItemFailures` in the answer says which messages to keep. */
  readonly reportsItemFailures: boolean;
}

/** How a stream's records reach their function: one batch at a time, in order. */
export interface StreamPolling {
  /** Records of one invocation at most. */
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  /** Tries after the first one; null: until the records are too old. */
  readonly retries: number | null;
  /** Seconds; DynamoDB keeps records for a day. */
  readonly maxAgeSeconds: number;
  /** Whether a batch that fails is split in two. */
  readonly bisects: boolean;
  /** Whether `batchItemFailures` in the answer says from which record on to try again. */
  readonly reportsItemFailures: boolean;
}

export interface StreamSource extends Source, StreamPolling {
  readonly table: string;
}

/** Joins and leaves of a kind of rooms, out of the stream of the realtime table. `name`: the kind. */
export interface RoomSource extends Source, StreamPolling {}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const asyncInvocationDefaults: AsyncInvocation = { retries: 2, maxAgeSeconds: 21_600 };

/** Lambda waits one minute before the second try, and two before the third. Same page. */
export const asyncRetryDelaysSeconds: readonly number[] = [60, 120];

/** AWS advises at least five. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const defaultReceiveCount = 5;
/** So that a batch that was throttled is not handed out twice. Same page. */
const visibilityFactor = 6;
/** 14 days, the longest SQS keeps a message. */
const deadLetterRetentionSeconds = 1_209_600;
/** Above it, Lambda wants a window for a queue. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const largestBatchWithoutWindow = 10;
/** Architect's; Lambda's own default is 100. */
const defaultStreamBatch = 10;
/** Lambda's own: joins and leaves come in bursts. */
const presenceBatch = 100;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
export const streamRetentionSeconds = 86_400;
/** Lambda's default, for a function that the manifest does not have. */
const unknownTimeoutSeconds = 5;

type Parts = Pick<
  Manifest,
  "functions" | "events" | "queues" | "schedules" | "tableStreams" | "rooms"
>;

/** Resolves every event source of an app. `functions` hold what their own configurations say. */
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

/** None for a kind without presence. */
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
      // The function sees ids of its own, not the stream's numbers.
      reportsItemFailures: false,
    },
  ];
}
