import { rooms, type PresenceEvent } from "@arclet/functions";

// Invoked when connections join or leave a room of this kind, in their order.
export const handler = async (event: PresenceEvent): Promise<void> => {
  for (const room of new Set(event.Records.map((record) => record.room))) {
    let count = 0;
    for await (const _member of rooms.members({ room })) count++;
    console.log(room, "has", count, "members");
  }
};
