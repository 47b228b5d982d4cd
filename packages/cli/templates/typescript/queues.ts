import type { QueueHandler } from "@arclet/functions";

// Invoked with a batch of messages. What throws here is delivered again: make work repeatable.
export const handler: QueueHandler = async (event) => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.body));
  }
};
