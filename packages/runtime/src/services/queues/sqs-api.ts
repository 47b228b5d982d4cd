import { jsonAnswer, type HttpAnswer } from "../../http/http-answer.ts";
import { type MessageQueue, type ReceiptOutcome } from "./queue.ts";
import { md5, type QueueAttribute } from "../../lambda-events/queues.ts";
import type { Queues } from "./queues.ts";
import { answerBatch, maxMessageBytes, type EntryOutcome } from "./sqs-batch.ts";
import {
  numberOf,
  sqsFailure,
  textOf,
  textsOf,
  type SqsFailure,
  type SqsInput,
} from "./sqs-input.ts";
import { describeMessage, md5OfAttributes } from "./sqs-messages.ts";

/** Fifteen minutes, and twelve hours: SQS's longest delay and visibility timeout, in seconds. */
const maxDelaySeconds = 900;
const maxVisibilitySeconds = 43_200;
const maxReceived = 10;
const maxWaitSeconds = 20;

/**
 * Characters not allowed in messages: all except #x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD and #x10000–#x10FFFF.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const forbiddenCharacters = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

const invalidContents: SqsFailure = {
  ok: false,
  code: "InvalidMessageContents",
  message: "Invalid characters found: the message holds characters outside the allowed set.",
};

/** SQS's JSON 1.0 protocol. `origin` is `http://localhost:<port>`, with which queue URLs begin. */
export async function answerSqs(
  queues: Queues,
  action: string,
  input: SqsInput,
  origin: string,
): Promise<HttpAnswer> {
  if (action === "ListQueues") return listQueues(queues, input, origin);
  const name = textOf(input["QueueUrl"]) ?? textOf(input["QueueName"]) ?? "";
  const queue = queues.find(name);
  if (queue === null) return sqsFailure("QueueDoesNotExist", "The specified queue does not exist.");
  switch (action) {
    case "GetQueueUrl":
      return jsonAnswer(200, { QueueUrl: `${origin}${queues.pathOf(nameOf(name))}` });
    case "SendMessage":
      return answerOne(await send(queue, input));
    case "SendMessageBatch":
      return answerBatch(input, (entry) => send(queue, entry));
    case "ReceiveMessage":
      return receive(queues, queue, input);
    case "DeleteMessage":
      return answerOne(await remove(queue, input));
    case "DeleteMessageBatch":
      return answerBatch(input, (entry) => remove(queue, entry));
    case "ChangeMessageVisibility":
      return answerOne(await changeVisibility(queue, input));
    case "ChangeMessageVisibilityBatch":
      return answerBatch(input, (entry) => changeVisibility(queue, entry));
    case "PurgeQueue":
      await queue.purge();
      return jsonAnswer(200, {});
    case "GetQueueAttributes":
      return queueAttributes(queue, input, queues.arnOf(nameOf(name)));
    default:
      return sqsFailure("UnsupportedOperation", `The local SQS does not know ${action}`);
  }
}

/** The name at the end of a URL. */
function nameOf(nameOrUrl: string): string {
  return nameOrUrl.slice(nameOrUrl.lastIndexOf("/") + 1);
}

function listQueues(queues: Queues, input: SqsInput, origin: string): HttpAnswer {
  const prefix = textOf(input["QueueNamePrefix"]) ?? "";
  const paths = Object.values(queues.paths()).filter((path) =>
    path.slice(path.lastIndexOf("/") + 1).startsWith(prefix),
  );
  return jsonAnswer(
    200,
    paths.length === 0 ? {} : { QueueUrls: paths.map((path) => `${origin}${path}`) },
  );
}

async function send(queue: MessageQueue, input: SqsInput): Promise<EntryOutcome> {
  const body = textOf(input["MessageBody"]);
  const groupId = textOf(input["MessageGroupId"]);
  const { fifo } = queue.settings;
  if (body === null || body === "") return missing("MessageBody");
  if (Buffer.byteLength(body) > maxMessageBytes)
    return invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`,
    );
  if (forbiddenCharacters.test(body)) return invalidContents;
  if (fifo && groupId === null) return missing("MessageGroupId");
  const delay = numberOf(input["DelaySeconds"]);
  if (delay !== null && (fifo || !isWithin(delay, 0, maxDelaySeconds)))
    return invalid(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: ${fifo ? "The request include parameter that is not valid for this queue type." : `DelaySeconds must be >= 0 and <= ${maxDelaySeconds}.`}`,
    );
  // Shape checked by the SDK; an attribute without DataType is only passed on.
  const attributes = (input["MessageAttributes"] ?? {}) as Record<string, QueueAttribute>;
  const message = await queue.send({
    body,
    attributes,
    groupId,
    delaySeconds: delay ?? 0,
    deduplicationId: textOf(input["MessageDeduplicationId"]),
  });
  return {
    ok: true,
    result: {
      MessageId: message.id,
      MD5OfMessageBody: md5(body),
      ...(Object.keys(attributes).length === 0
        ? {}
        : { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
      ...(fifo ? { SequenceNumber: message.sequenceNumber } : {}),
    },
  };
}

async function receive(queues: Queues, queue: MessageQueue, input: SqsInput): Promise<HttpAnswer> {
  const limit = numberOf(input["MaxNumberOfMessages"]) ?? 1;
  const waitSeconds = numberOf(input["WaitTimeSeconds"]) ?? 0;
  const visibility = numberOf(input["VisibilityTimeout"]);
  if (!isWithin(limit, 1, maxReceived))
    return answerOne(
      invalid(
        `Value ${limit} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and ${maxReceived}, if provided.`,
      ),
    );
  if (!isWithin(waitSeconds, 0, maxWaitSeconds))
    return answerOne(
      invalid(
        `Value ${waitSeconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= ${maxWaitSeconds}, if provided.`,
      ),
    );
  if (visibility !== null && !isWithin(visibility, 0, maxVisibilitySeconds))
    return answerOne(invalidVisibility(visibility));
  let messages = await queue.receive(limit, visibility ?? undefined);
  if (messages.length === 0 && waitSeconds > 0) {
    await queues.untilReceivable(queue, waitSeconds * 1000);
    messages = await queue.receive(limit, visibility ?? undefined);
  }
  const asked = {
    system: [...textsOf(input["MessageSystemAttributeNames"]), ...textsOf(input["AttributeNames"])],
    message: textsOf(input["MessageAttributeNames"]),
  };
  return jsonAnswer(
    200,
    messages.length === 0
      ? {}
      : { Messages: messages.map((message) => describeMessage(message, asked)) },
  );
}

async function remove(queue: MessageQueue, input: SqsInput): Promise<EntryOutcome> {
  return outcomeOf(await queue.delete(textOf(input["ReceiptHandle"]) ?? ""));
}

async function changeVisibility(queue: MessageQueue, input: SqsInput): Promise<EntryOutcome> {
  const seconds = numberOf(input["VisibilityTimeout"]);
  if (seconds === null) return missing("VisibilityTimeout");
  if (!isWithin(seconds, 0, maxVisibilitySeconds)) return invalidVisibility(seconds);
  return outcomeOf(await queue.changeVisibility(textOf(input["ReceiptHandle"]) ?? "", seconds));
}

function queueAttributes(queue: MessageQueue, input: SqsInput, queueArn: string): HttpAnswer {
  const visible = queue.receivableCount();
  const asked = new Set(textsOf(input["AttributeNames"]));
  const attributes = Object.entries({
    QueueArn: queueArn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(queue.size - visible),
    VisibilityTimeout: String(queue.settings.visibilityTimeoutSeconds),
    ...(queue.settings.fifo ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {}),
  }).filter(([key]) => asked.has("All") || asked.has(key));
  return jsonAnswer(
    200,
    attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) },
  );
}

function outcomeOf(outcome: ReceiptOutcome): EntryOutcome {
  switch (outcome) {
    case "done":
      return { ok: true, result: {} };
    case "invalid":
      return {
        ok: false,
        code: "ReceiptHandleIsInvalid",
        message: "The input receipt handle is invalid.",
      };
    case "expired":
      return invalid(
        "Value for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
      );
    default:
      return { ok: false, code: "MessageNotInflight", message: "The message is not in flight." };
  }
}

function answerOne(outcome: EntryOutcome): HttpAnswer {
  return outcome.ok ? jsonAnswer(200, outcome.result) : sqsFailure(outcome.code, outcome.message);
}

function missing(parameter: string): SqsFailure {
  return {
    ok: false,
    code: "MissingParameter",
    message: `The request must contain the parameter ${parameter}.`,
  };
}

function invalid(message: string): SqsFailure {
  return { ok: false, code: "InvalidParameterValue", message };
}

function invalidVisibility(seconds: number): SqsFailure {
  return invalid(
    `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and ${maxVisibilitySeconds}.`,
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
