import { rooms, type PresenceEvent } from "@arclet/functions";
import { nameOfRoom } from "@shared/room.ts";

/** Sends a room the names of those in it, when that has changed. */
export const handler = async ({ Records }: PresenceEvent): Promise<void> => {
  for (const room of new Set(Records.map((record) => record.room))) {
    const names = new Set<string>();
    // A person can have several windows.
    for await (const { member } of rooms.members({ room })) {
      if (isNamed(member)) names.add(member.name);
    }
    const sorted = [...names].sort((a, b) => a.localeCompare(b));
    await rooms.send({ room, payload: { type: "people", room: nameOfRoom(room), names: sorted } });
  }
};

/** Members are the identities of those who joined. */
function isNamed(member: unknown): member is { readonly name: string } {
  return typeof member === "object" && member !== null && "name" in member;
}
