import type { SQSHandler } from "aws-lambda";

// Invoked with a batch of messages. What throws here is delivered again: make work repeatable.
export const handler: SQSHandler = async (event) => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.body));
  }
};
