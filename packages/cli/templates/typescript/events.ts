import type { TopicEvent } from "@arclet/functions";

// Invoked for every event published to this topic.
export const handler = async (event: TopicEvent): Promise<void> => {
  for (const record of event.Records) {
    console.log(JSON.parse(record.Sns.Message));
  }
};
