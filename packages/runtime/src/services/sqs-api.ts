import { jsonAnswer, type HttpAnswer } from "./http-answer.ts";
import {
  md5,
  type MessageQueue,
  type QueueAttribute,
  type QueueMessage,
  type ReceivedMessage,
} from "./queue.ts";
import type { Queues } from "./queues.ts";
import { localAccount } from "./resource-names.ts";

type Input = Readonly<Record<string, unknown>>;

/** SQS's JSON 1.0 protocol. `origin` is `http://localhost:<port>`, with which queue URLs begin. */
export async function answerSqs(
  queues: Queues,
  action: string,
  input: Input,
  origin: string,
): Promise<HttpAnswer> {
  const queue = queues.find(text(input["QueueUrl"]) ?? text(input["QueueName"]) ?? "");
  if (queue === null) return failure("QueueDoesNotExist", "The specified queue does not exist.");
  const handle = text(input["ReceiptHandle"]) ?? "";
  switch (action) {
    case "GetQueueUrl":
      return jsonAnswer(200, {
        QueueUrl: `${origin}/${localAccount}/${text(input["QueueName"]) ?? ""}`,
      });
    case "SendMessage":
      return send(queue, input);
    case "SendMessageBatch":
      return jsonAnswer(200, await batch(input, (entry) => send(queue, entry)));
    case "ReceiveMessage": {
      const limit = number(input["MaxNumberOfMessages"]) ?? 1;
      const messages = queue.receive(limit, number(input["VisibilityTimeout"]) ?? undefined);
      return jsonAnswer(200, messages.length === 0 ? {} : { Messages: messages.map(describe) });
    }
    case "DeleteMessage":
      return done(await queue.delete(handle));
    case "DeleteMessageBatch":
      return jsonAnswer(
        200,
        await batch(input, async (entry) =>
          done(await queue.delete(text(entry["ReceiptHandle"]) ?? "")),
        ),
      );
    case "ChangeMessageVisibility":
      return done(await queue.changeVisibility(handle, number(input["VisibilityTimeout"]) ?? 0));
    case "PurgeQueue":
      await queue.purge();
      return jsonAnswer(200, {});
    case "GetQueueAttributes": {
      const visible = queue.receivableCount();
      return jsonAnswer(200, {
        Attributes: {
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(queue.size - visible),
          VisibilityTimeout: String(queue.settings.visibilityTimeoutSeconds),
          ...(queue.settings.fifo ? { FifoQueue: "true" } : {}),
        },
      });
    }
    default:
      return failure("UnsupportedOperation", `The local SQS does not know ${action}`);
  }
}

async function send(queue: MessageQueue, input: Input): Promise<HttpAnswer> {
  const body = text(input["MessageBody"]);
  if (body === null || body === "")
    return failure("InvalidParameterValue", "The request must contain the parameter MessageBody.");
  const groupId = text(input["MessageGroupId"]);
  if (queue.settings.fifo && groupId === null) {
    return failure("MissingParameter", "The request must contain the parameter MessageGroupId.");
  }
  // Shape checked by the SDK; an attribute without DataType is only passed on.
  const attributes = (input["MessageAttributes"] ?? {}) as Record<string, QueueAttribute>;
  const message = await queue.send({
    body,
    attributes,
    groupId,
    delaySeconds: number(input["DelaySeconds"]) ?? 0,
    deduplicationId: text(input["MessageDeduplicationId"]),
  });
  return jsonAnswer(200, {
    MessageId: message.id,
    MD5OfMessageBody: md5(body),
    ...(queue.settings.fifo ? { SequenceNumber: message.sequenceNumber } : {}),
  });
}

async function batch(input: Input, run: (entry: Input) => Promise<HttpAnswer>): Promise<object> {
  const successful: object[] = [];
  const failed: object[] = [];
  const entries = Array.isArray(input["Entries"]) ? (input["Entries"] as readonly Input[]) : [];
  for (const entry of entries) {
    const answer = await run(entry);
    const value: unknown = JSON.parse(answer.body);
    const Id = entry["Id"];
    if (answer.status === 200) successful.push(Object.assign({ Id }, value));
    else
      failed.push({
        Id,
        SenderFault: true,
        Code: answer.headers?.["x-amzn-query-error"]?.split(";")[0] ?? "InvalidParameterValue",
        Message: answer.body,
      });
  }
  return { Successful: successful, Failed: failed };
}

function describe({ message, receiptHandle }: ReceivedMessage): object {
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: systemAttributes(message),
    ...(Object.keys(message.attributes).length === 0
      ? {}
      : { MessageAttributes: message.attributes }),
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
      : { MessageDeduplicationId: message.deduplicationId }),
  };
}

function done(known: boolean): HttpAnswer {
  return known
    ? jsonAnswer(200, {})
    : failure("ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
}

function failure(code: string, message: string): HttpAnswer {
  // The query-compatible header makes SDKs throw the code that older SDKs threw.
  return jsonAnswer(
    400,
    { __type: `com.amazonaws.sqs#${code}`, message },
    { "x-amzn-query-error": `${code};Sender` },
  );
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
