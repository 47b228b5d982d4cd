import { refusalOf, signedFetch } from "./signed-fetch.ts";

export interface EventMessage {
  /** As under `@events`. */
  readonly name: string;
  /** Any JSON value. */
  readonly payload: unknown;
}

export interface QueueMessage extends EventMessage {
  /** FIFO queues keep order within a group. @default the queue's name */
  readonly groupId?: string;
  /** FIFO queues drop a repetition of an id within five minutes. @default a random one */
  readonly deduplicationId?: string;
  /** 0–900, not with FIFO queues. */
  readonly delaySeconds?: number;
}

/** Publishes to topics of the manifest's `@events`. Resolves the message id. */
export const events: { publish(message: EventMessage): Promise<string> } = {
  async publish({ name, payload }) {
    const topicArn = addressOf("ARC_EVENTS", name, "@events");
    const region = topicArn.split(":")[3] ?? process.env["AWS_REGION"] ?? "us-east-1";
    const body = new URLSearchParams({
      Action: "Publish",
      Version: "2010-03-31",
      TopicArn: topicArn,
      Message: JSON.stringify(payload),
    });
    const { AWS_ENDPOINT_URL_SNS, AWS_ENDPOINT_URL } = process.env;
    const response = await signedFetch({
      url: AWS_ENDPOINT_URL_SNS ?? AWS_ENDPOINT_URL ?? `https://sns.${region}.amazonaws.com/`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: body.toString(),
      service: "sns",
    });
    if (!response.ok) throw await refusalOf(response);
    return /<MessageId>([^<]+)</.exec(await response.text())?.[1] ?? "";
  },
};

/** Sends to queues of the manifest's `@queues`. Resolves the message id. */
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

/** Topics and queues by name, as the runtime and the deployment put them into the environment. */
function addressOf(variable: "ARC_EVENTS" | "ARC_QUEUES", name: string, pragma: string): string {
  const addresses = JSON.parse(process.env[variable] ?? "{}") as Record<string, string>;
  const address = addresses[name];
  if (address === undefined) throw new Error(`"${name}" is not under ${pragma} of the manifest`);
  return address;
}
