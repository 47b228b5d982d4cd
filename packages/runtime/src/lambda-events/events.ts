/** A message attribute as SNS passes it to Lambda. */
export interface EventAttribute {
  readonly Type: string;
  readonly Value: string;
}

export interface EventMessage {
  readonly message: string;
  readonly subject: string | null;
  readonly attributes: Readonly<Record<string, EventAttribute>>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function snsEvent(
  message: EventMessage & { readonly id: string; readonly publishedAt: number },
  topicArn: string,
): object {
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: `${topicArn}:21be56ed-a058-49f5-8c98-aedd2564c486`,
        Sns: {
          Type: "Notification",
          MessageId: message.id,
          TopicArn: topicArn,
          Subject: message.subject,
          Message: message.message,
          Timestamp: new Date(message.publishedAt).toISOString(),
          SignatureVersion: "1",
          Signature: "local",
          SigningCertUrl: "local",
          UnsubscribeUrl: "local",
          MessageAttributes: message.attributes,
        },
      },
    ],
  };
}
