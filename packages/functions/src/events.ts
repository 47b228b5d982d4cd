import { addressOf } from "./address-of.ts";
import type { EventName } from "./register.ts";
import { refusalOf, requestTo, signedFetch, type Refusal } from "./signed-fetch.ts";

export interface EventMessage {
  /** As under `@events`. */
  readonly name: EventName;
  /** Any JSON value. */
  readonly payload: unknown;
}

/** Publishes to topics declared under `@events`. Resolves with the message id. */
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
    const response = await signedFetch(
      requestTo(
        "sns",
        { "content-type": "application/x-www-form-urlencoded" },
        body.toString(),
        "/",
        `https://sns.${region}.amazonaws.com`,
      ),
    );
    if (!response.ok) throw await refusalOf(response, readXml);
    return /<MessageId>([^<]+)</.exec(await response.text())?.[1] ?? "";
  },
};

function readXml(text: string): Refusal {
  const type = /<Code>([^<]*)</.exec(text)?.[1];
  const message = /<Message>([^<]*)</.exec(text)?.[1];
  return { type, message };
}
