import type { QueueEvent } from "@arclet/functions";

// Invoked with a batch of messages. What throws here is delivered again: make work repeatable.
export const handler = async (event: QueueEvent): Promise<void> => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.body));
  }
};
