import { arnOf, type Place } from "@arclet/manifest";

/** An item or key in DynamoDB's own JSON: `{ id: { S: "1" } }`. */
export type DynamoItem = Readonly<Record<string, unknown>>;

export interface TableChange {
  readonly table: string;
  readonly keys: DynamoItem;
  readonly oldImage: DynamoItem | null;
  readonly newImage: DynamoItem | null;
  /** Removed by time to live. */
  readonly expired: boolean;
}

/** A change of a table with its place in the stream. */
export interface StreamChange extends TableChange {
  /** The `eventID`, which every function of the table sees. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly sequence: number;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function streamEvent(records: readonly StreamChange[], place: Place): object {
  return {
    Records: records.map((record) => ({
      eventID: record.id,
      eventName:
        record.oldImage === null ? "INSERT" : record.newImage === null ? "REMOVE" : "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: place.region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(record.at / 1000),
        Keys: record.keys,
        ...(record.newImage === null ? {} : { NewImage: record.newImage }),
        ...(record.oldImage === null ? {} : { OldImage: record.oldImage }),
        SequenceNumber: sequenceNumberOf(record),
        SizeBytes: JSON.stringify([record.keys, record.oldImage, record.newImage]).length,
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
      ...(record.expired
        ? { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }
        : {}),
      eventSourceARN: arnOf(
        place,
        "dynamodb",
        `table/${record.table}/stream/2026-01-01T00:00:00.000`,
      ),
    })),
  };
}

/** Twenty-one digits, in the order of the changes. */
export function sequenceNumberOf({ sequence }: { readonly sequence: number }): string {
  return String(sequence).padStart(21, "0");
}
