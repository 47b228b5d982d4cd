import type { TopicEvent } from "@arclet/functions";
import { sendToRoom } from "../../chat/people.ts";
import type { Message } from "../../chat/protocol.ts";

/** Brings a line to everyone in its room. */
export const handler = async (event: TopicEvent): Promise<void> => {
  for (const { Sns } of event.Records) {
    const { room, message }: { room: string; message: Message } = JSON.parse(Sns.Message);
    await sendToRoom(room, { type: "said", room, message });
  }
};
