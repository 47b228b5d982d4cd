import { arnOf, type Place } from "@arclet/manifest";

/** An item or key in DynamoDB's own JSON: `{ id: { S: "1" } }`. */
export type DynamoItem = Readonly<Record<string, unknown>>;

export type StreamViewType = "NEW_AND_OLD_IMAGES" | "NEW_IMAGE" | "OLD_IMAGE" | "KEYS_ONLY";

/** A change of an item with its place in the stream of its table. */
export interface StreamChange {
  readonly table: string;
  readonly keys: DynamoItem;
  readonly oldImage: DynamoItem | null;
  readonly newImage: DynamoItem | null;
  /** Removed by time to live. */
  readonly expired: boolean;
  /** The `eventID`, which every function of the table sees. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly sequence: number;
  /** The time at which the stream began, which its ARN ends with. */
  readonly streamLabel: string;
  /** Of keys and images. */
  readonly sizeBytes: number;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function streamEvent(records: readonly StreamChange[], place: Place): object {
  return {
    Records: records.map((record) => ({
      ...streamRecord(record, place, "NEW_AND_OLD_IMAGES"),
      eventSourceARN: streamArn(record.table, record.streamLabel, place),
    })),
  };
}

export function streamArn(table: string, label: string, place: Place): string {
  return arnOf(place, "dynamodb", `table/${table}/stream/${label}`);
}

/** A change as the API of streams gives it. */
export function streamRecord(
  change: StreamChange,
  { region }: Place,
  viewType: StreamViewType,
): object {
  const { oldImage, newImage } = change;
  return {
    eventID: change.id,
    eventName: oldImage === null ? "INSERT" : newImage === null ? "REMOVE" : "MODIFY",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(change.at / 1000),
      Keys: change.keys,
      ...(newImage !== null && shows(viewType, "NEW") ? { NewImage: newImage } : {}),
      ...(oldImage !== null && shows(viewType, "OLD") ? { OldImage: oldImage } : {}),
      SequenceNumber: sequenceNumberOf(change),
      SizeBytes: change.sizeBytes,
      StreamViewType: viewType,
    },
    ...(change.expired
      ? { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }
      : {}),
  };
}

/** Twenty-one digits, in the order of the changes. */
export function sequenceNumberOf({ sequence }: { readonly sequence: number }): string {
  return String(sequence).padStart(21, "0");
}

function shows(viewType: StreamViewType, image: "NEW" | "OLD"): boolean {
  return viewType === "NEW_AND_OLD_IMAGES" || viewType === `${image}_IMAGE`;
}
