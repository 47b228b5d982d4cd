import type { TopicHandler } from "@arclet/functions";

// Invoked for every event published to this topic.
export const handler: TopicHandler = async (event) => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.Sns.Message));
  }
};
