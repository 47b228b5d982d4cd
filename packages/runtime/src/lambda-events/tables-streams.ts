import { localRegion } from "../aws-names.ts";

/** An item or key in DynamoDB's own JSON: `{ id: { S: "1" } }`. */
export type DynamoItem = Readonly<Record<string, unknown>>;

export type StreamViewType = "NEW_AND_OLD_IMAGES" | "NEW_IMAGE" | "OLD_IMAGE" | "KEYS_ONLY";

/** One change of one item. */
export interface StreamChange {
  readonly id: string;
  /** Grows with every change. */
  readonly sequence: number;
  readonly atMs: number;
  readonly keys: DynamoItem;
  readonly oldImage: DynamoItem | null;
  readonly newImage: DynamoItem | null;
  /** Deleted by time to live. */
  readonly isExpired: boolean;
}

/** Numbers of at least 21 digits, as AWS's are. */
export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(21, "0");
}

/** A change as `GetRecords` gives it. `bytesOf` is the size of an item. */
export function streamRecord(
  viewType: StreamViewType,
  change: StreamChange,
  bytesOf: (item: DynamoItem) => number,
): object {
  const { keys, oldImage, newImage } = change;
  const shown = {
    ...(newImage !== null && shows(viewType, "NEW") ? { NewImage: newImage } : {}),
    ...(oldImage !== null && shows(viewType, "OLD") ? { OldImage: oldImage } : {}),
  };
  return {
    eventID: change.id,
    eventName: oldImage === null ? "INSERT" : newImage === null ? "REMOVE" : "MODIFY",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: localRegion,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(change.atMs / 1000),
      Keys: keys,
      ...shown,
      SequenceNumber: sequenceNumber(change.sequence),
      SizeBytes: [keys, ...Object.values(shown)].reduce((sum, item) => sum + bytesOf(item), 0),
      StreamViewType: viewType,
    },
    ...(change.isExpired
      ? { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }
      : {}),
  };
}

/**
 * The record in the event of a function.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function streamEventRecord(record: object, streamArn: string): object {
  return { ...record, eventSourceARN: streamArn };
}

function shows(viewType: StreamViewType, image: "NEW" | "OLD"): boolean {
  return viewType === "NEW_AND_OLD_IMAGES" || viewType === `${image}_IMAGE`;
}
