import type { SNSHandler } from "aws-lambda";

// Invoked for every event published to this topic.
export const handler: SNSHandler = async (event) => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.Sns.Message));
  }
};
