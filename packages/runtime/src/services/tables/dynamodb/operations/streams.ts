import {
  expiredIterator,
  tableNotFound,
  trimmedDataAccess,
  validationError,
} from "../dynamo-error.ts";
import { sequenceNumberOf, streamRecord } from "../../../../lambda-events/tables-streams.ts";
import { choice, required, text, type Field } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import type { Table } from "../storage/table.ts";
import type { StreamRecord } from "../storage/table-stream.ts";
import { itemBytes } from "../values/item-size.ts";
import { streamArnOf } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html */
const mostStreams = 100;
const mostRecords = 1000;
const iteratorMs = 15 * 60_000;

const arnField: Field = { type: "string", isRequired: true, shortest: 37, longest: 1024 };

interface ListStreamsInput {
  readonly TableName?: string;
  readonly Limit?: number;
  readonly ExclusiveStartStreamArn?: string;
}

export const listStreams: Operation = operation<ListStreamsInput>(
  {
    fields: {
      TableName: text,
      Limit: { type: "integer", least: 1, most: mostStreams },
      ExclusiveStartStreamArn: text,
    },
  },
  (database, { TableName, Limit = mostStreams, ExclusiveStartStreamArn: start = "" }) => {
    const streams = [...database.tables()]
      .filter(({ definition }) => definition.stream !== null)
      .filter(({ name }) => TableName === undefined || name === TableName)
      .map((table) => ({ table, arn: streamArnOf(database, table) }))
      .filter(({ arn }) => arn > start)
      .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
    const page = streams.slice(0, Limit);
    const last = page.at(-1);
    return {
      Streams: page.map(({ table, arn }) => ({
        StreamArn: arn,
        TableName: table.name,
        StreamLabel: table.definition.stream?.label,
      })),
      ...(streams.length > page.length && last !== undefined
        ? { LastEvaluatedStreamArn: last.arn }
        : {}),
    };
  },
);

interface DescribeStreamInput {
  readonly StreamArn: string;
  readonly ExclusiveStartShardId?: string;
}

export const describeStream: Operation = operation<DescribeStreamInput>(
  {
    fields: {
      StreamArn: arnField,
      Limit: { type: "integer", least: 1, most: mostStreams },
      ExclusiveStartShardId: text,
    },
  },
  (database, { StreamArn, ExclusiveStartShardId: start }) => {
    const table = streamed(database, StreamArn);
    const { stream, keySchema } = table.definition;
    const isEnabled = stream?.isEnabled === true;
    const { records } = table.stream;
    const shard = {
      ShardId: shardIdOf(table),
      SequenceNumberRange: {
        StartingSequenceNumber: sequenceNumberOf({ sequence: records[0]?.sequence ?? 1 }),
        ...(isEnabled
          ? {}
          : {
              EndingSequenceNumber: sequenceNumberOf({ sequence: records.at(-1)?.sequence ?? 1 }),
            }),
      },
    };
    return {
      StreamDescription: {
        StreamArn,
        StreamLabel: stream?.label,
        StreamStatus: isEnabled ? "ENABLED" : "DISABLED",
        StreamViewType: stream?.viewType,
        CreationRequestDateTime: Date.parse(`${stream?.label ?? ""}Z`) / 1000,
        TableName: table.name,
        KeySchema: keySchema,
        Shards: start === undefined ? [shard] : [],
      },
    };
  },
);

interface GetShardIteratorInput {
  readonly StreamArn: string;
  readonly ShardId: string;
  readonly ShardIteratorType:
    | "TRIM_HORIZON"
    | "LATEST"
    | "AT_SEQUENCE_NUMBER"
    | "AFTER_SEQUENCE_NUMBER";
  readonly SequenceNumber?: string;
}

export const getShardIterator: Operation = operation<GetShardIteratorInput>(
  {
    fields: {
      StreamArn: arnField,
      ShardId: { type: "string", isRequired: true, shortest: 28, longest: 65 },
      ShardIteratorType: required(
        choice("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST"),
      ),
      SequenceNumber: { type: "string", shortest: 21, longest: 40 },
    },
  },
  (database, input) => {
    const table = streamed(database, input.StreamArn);
    if (input.ShardId !== shardIdOf(table))
      throw tableNotFound(
        `Requested resource not found: Shard: ${input.ShardId} in Stream: ${input.StreamArn} not found`,
      );
    return { ShardIterator: iteratorOf(database, table, startOf(table, input)) };
  },
);

interface GetRecordsInput {
  readonly ShardIterator: string;
  readonly Limit?: number;
}

export const getRecords: Operation = operation<GetRecordsInput>(
  {
    fields: {
      ShardIterator: { type: "string", isRequired: true, shortest: 1, longest: 2048 },
      Limit: { type: "integer", least: 1, most: mostRecords },
    },
  },
  (database, { ShardIterator, Limit = mostRecords }) => {
    const { table, after } = readIterator(database, ShardIterator);
    const records = table.stream.records.filter(({ sequence }) => sequence > after).slice(0, Limit);
    const last = records.at(-1)?.sequence ?? after;
    const isOver =
      table.definition.stream?.isEnabled !== true &&
      last >= (table.stream.records.at(-1)?.sequence ?? 0);
    return {
      Records: records.map((record) => streamRecordOf(database, table, record)),
      ...(isOver ? {} : { NextShardIterator: iteratorOf(database, table, last) }),
    };
  },
);

/** A record as the stream's view shows it. */
function streamRecordOf({ place }: Database, { definition }: Table, record: StreamRecord): object {
  const viewType = definition.stream?.viewType ?? "NEW_AND_OLD_IMAGES";
  const images = [
    viewType === "KEYS_ONLY" || viewType === "OLD_IMAGE" ? null : record.newImage,
    viewType === "KEYS_ONLY" || viewType === "NEW_IMAGE" ? null : record.oldImage,
  ];
  const sizeBytes = images.reduce(
    (sum, image) => sum + (image === null ? 0 : itemBytes(image)),
    itemBytes(record.keys),
  );
  return streamRecord({ ...record, sizeBytes }, place, viewType);
}

/** The sequence behind which reading begins. */
// oxlint-disable-next-line typescript/consistent-return
function startOf(table: Table, input: GetShardIteratorInput): number {
  const { records } = table.stream;
  switch (input.ShardIteratorType) {
    case "TRIM_HORIZON":
      return 0;
    case "LATEST":
      return records.at(-1)?.sequence ?? 0;
    case "AT_SEQUENCE_NUMBER":
    case "AFTER_SEQUENCE_NUMBER": {
      if (input.SequenceNumber === undefined || !/^\d+$/.test(input.SequenceNumber))
        throw validationError(
          `SequenceNumber must be specified for ShardIteratorType ${input.ShardIteratorType}`,
        );
      const sequence = Number(input.SequenceNumber);
      if (sequence < (records[0]?.sequence ?? 0))
        throw trimmedDataAccess(
          "The operation attempted to read past the oldest stream record in a shard",
        );
      return input.ShardIteratorType === "AT_SEQUENCE_NUMBER" ? sequence - 1 : sequence;
    }
  }
}

function iteratorOf(database: Database, table: Table, after: number): string {
  const state = JSON.stringify([table.name, table.definition.id, after, database.now()]);
  return `${streamArnOf(database, table)}|1|${Buffer.from(state).toString("base64")}`;
}

function readIterator(database: Database, iterator: string): { table: Table; after: number } {
  const [name, id, after, atMs] = iteratorState(iterator);
  const table = database.find(name);
  if (table === undefined || table.definition.id !== id)
    throw tableNotFound(`Requested resource not found: Stream of ${name} not found`);
  if (atMs < database.now() - iteratorMs)
    throw expiredIterator("The shard iterator has expired; it is valid for 15 minutes");
  return { table, after };
}

function iteratorState(iterator: string): [string, string, number, number] {
  try {
    const state: unknown = JSON.parse(
      Buffer.from(iterator.slice(iterator.lastIndexOf("|") + 1), "base64").toString(),
    );
    if (Array.isArray(state) && state.length === 4)
      return [String(state[0]), String(state[1]), Number(state[2]), Number(state[3])];
  } catch {
    // It is not one of `iteratorOf`: refused below.
  }
  throw validationError("Invalid ShardIterator");
}

function streamed(database: Database, arn: string): Table {
  for (const table of database.tables())
    if (table.definition.stream !== null && streamArnOf(database, table) === arn) return table;
  throw tableNotFound(`Requested resource not found: Stream: ${arn} not found`);
}

function shardIdOf({ definition }: Table): string {
  return `shardId-${String(definition.createdAtMs).padStart(20, "0")}-${definition.id.slice(0, 8)}`;
}
