import {
  md5,
  type QueueAttribute,
  type QueueMessage,
  type ReceivedMessage,
} from "../../lambda-events/queues.ts";

type Attributes = Readonly<Record<string, QueueAttribute>>;

/** Attributes a receiver requested in addition to the body; none by default, as on SQS. */
export interface AskedAttributes {
  readonly system: readonly string[];
  readonly message: readonly string[];
}

/** A message as `ReceiveMessage` gives it. */
export function describeMessage(
  { message, receiptHandle }: ReceivedMessage,
  asked: AskedAttributes,
): object {
  const system = entriesNamed(systemAttributes(message), asked.system);
  const attributes = entriesNamed(message.attributes, asked.message);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...(attributes.length === 0
      ? {}
      : {
          MessageAttributes: Object.fromEntries(attributes),
          MD5OfMessageAttributes: md5OfAttributes(Object.fromEntries(attributes)),
        }),
  };
}

function systemAttributes(message: QueueMessage): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...(message.groupId === null ? {} : { MessageGroupId: message.groupId }),
    ...(message.deduplicationId === null
      ? {}
      : {
          MessageDeduplicationId: message.deduplicationId,
          SequenceNumber: message.sequenceNumber,
        }),
  };
}

/** `All` and `.*` are everything, `foo.*` what begins with `foo.`. */
function entriesNamed<Value>(
  values: Readonly<Record<string, Value>>,
  names: readonly string[],
): [string, Value][] {
  const isAsked = (key: string): boolean =>
    names.some(
      (name) =>
        name === "All" ||
        name === ".*" ||
        name === key ||
        (name.endsWith(".*") && key.startsWith(name.slice(0, -1))),
    );
  return Object.entries(values).filter(([key]) => isAsked(key));
}

const stringType = 1;
const binaryType = 2;

/**
 * Names in order; of each its name, type and value behind their lengths.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: Attributes): string {
  const parts = Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { DataType, StringValue, BinaryValue }]) => [
      ...withLength(Buffer.from(name)),
      ...withLength(Buffer.from(DataType)),
      Buffer.of(BinaryValue === undefined ? stringType : binaryType),
      ...withLength(
        BinaryValue === undefined
          ? Buffer.from(StringValue ?? "")
          : Buffer.from(BinaryValue, "base64"),
      ),
    ]);
  return md5(Buffer.concat(parts));
}

function withLength(bytes: Buffer): [Buffer, Buffer] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
