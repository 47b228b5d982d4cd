import { addressOf } from "./address-of.ts";
import type { QueueName } from "./register.ts";
import { refusalOf, signedFetch } from "./signed-fetch.ts";

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
    const { AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL } = process.env;
    const response = await signedFetch({
      url: AWS_ENDPOINT_URL_SQS ?? AWS_ENDPOINT_URL ?? new URL(queueUrl).origin,
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AmazonSQS.SendMessage",
      },
      body: JSON.stringify({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(payload),
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
        ...(isFifo
          ? {
              MessageGroupId: groupId ?? name,
              MessageDeduplicationId: deduplicationId ?? crypto.randomUUID(),
            }
          : {}),
      }),
      service: "sqs",
    });
    if (!response.ok) throw await refusalOf(response);
    const { MessageId } = (await response.json()) as { MessageId: string };
    return MessageId;
  },
};
