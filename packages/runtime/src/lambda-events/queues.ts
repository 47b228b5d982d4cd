import { createHash } from "node:crypto";
import { arnOf, type Place } from "@arclet/manifest";

export interface QueueAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface QueueMessageInput {
  readonly body: string;
  readonly attributes: Readonly<Record<string, QueueAttribute>>;
  readonly delaySeconds: number;
  readonly groupId: string | null;
  readonly deduplicationId: string | null;
}

export interface QueueMessage extends QueueMessageInput {
  readonly id: string;
  readonly sequenceNumber: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number | null;
  readonly receiveCount: number;
  /** Epoch milliseconds from which on it can be received. */
  readonly visibleAt: number;
}

export interface ReceivedMessage {
  readonly message: QueueMessage;
  readonly receiptHandle: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsEvent(
  batch: readonly ReceivedMessage[],
  queueName: string,
  place: Place,
): object {
  return {
    Records: batch.map(({ message, receiptHandle }) => ({
      messageId: message.id,
      receiptHandle,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SenderId: "AIDAIENQZJOLO23YVJ4VO",
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
        ...(message.groupId === null ? {} : { MessageGroupId: message.groupId }),
        ...(message.deduplicationId === null
          ? {}
          : {
              MessageDeduplicationId: message.deduplicationId,
              SequenceNumber: message.sequenceNumber,
            }),
      },
      messageAttributes: Object.fromEntries(
        Object.entries(message.attributes).map(([name, attribute]) => [
          name,
          {
            ...(attribute.StringValue === undefined ? {} : { stringValue: attribute.StringValue }),
            ...(attribute.BinaryValue === undefined ? {} : { binaryValue: attribute.BinaryValue }),
            stringListValues: [],
            binaryListValues: [],
            dataType: attribute.DataType,
          },
        ]),
      ),
      md5OfBody: md5(message.body),
      eventSource: "aws:sqs",
      eventSourceARN: arnOf(place, "sqs", queueName),
      awsRegion: place.region,
    })),
  };
}

export function md5(text: string | Uint8Array): string {
  return createHash("md5").update(text).digest("hex");
}
