import { action, rooms } from "@arclet/functions";
import { history } from "@shared/history.ts";
import { joinInput } from "@shared/input.ts";
import { roomOf } from "@shared/room.ts";

/** Somebody enters a room, leaves the one before, and gets its last lines. */
export const handler = action({ input: joinInput }, async ({ room: name }, event) => {
  const { connectionId: id } = event.requestContext;
  const room = roomOf(name);
  for (const other of await rooms.of({ id })) {
    if (other !== room) await rooms.leave({ room: other, id });
  }
  await rooms.join({ room, id });
  return history(name, null);
});
