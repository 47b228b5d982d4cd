import { addressOf } from "./address-of.ts";
import type { QueueName } from "./register.ts";
import { refusalOf, requestTo, signedFetch } from "./signed-fetch.ts";

export interface QueueMessage {
  /** As under `@queues`. */
  readonly name: QueueName;
  /** Any JSON value. */
  readonly payload: unknown;
  /** FIFO queues keep messages of a group in order. @default the queue's name */
  readonly groupId?: string;
  /** FIFO queues drop messages with the same id within five minutes. @default a random one */
  readonly deduplicationId?: string;
  /** 0–900; not allowed with FIFO queues. */
  readonly delaySeconds?: number;
}

/** Sends to queues declared under `@queues`. Resolves with the message id. */
export const queues: { publish(message: QueueMessage): Promise<string> } = {
  async publish({ name, payload, groupId, deduplicationId, delaySeconds }) {
    const queueUrl = addressOf("ARC_QUEUES", name, "@queues");
    const isFifo = queueUrl.endsWith(".fifo");
    const input = {
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(payload),
      DelaySeconds: delaySeconds,
      ...(isFifo && {
        MessageGroupId: groupId ?? name,
        MessageDeduplicationId: deduplicationId ?? crypto.randomUUID(),
      }),
    };
    const { origin } = new URL(queueUrl);
    const response = await signedFetch(
      requestTo("sqs", { "x-amz-target": "AmazonSQS.SendMessage" }, input, "/", origin),
    );
    if (!response.ok) throw await refusalOf(response);
    const { MessageId } = (await response.json()) as { MessageId: string };
    return MessageId;
  },
};
