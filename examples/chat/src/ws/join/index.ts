import { rooms } from "@arclet/functions";
import { action } from "../../chat/action.ts";
import { history } from "../../chat/messages.ts";
import { roomOf } from "../../chat/protocol.ts";

/** Somebody enters a room, and leaves the one before. */
export const handler = action(async ({ connection: id, input, reply }) => {
  const { room: name } = input;
  const room = roomOf(name);
  for (const other of await rooms.of({ id })) {
    if (other !== room) await rooms.leave({ room: other, id });
  }
  await rooms.join({ room, id });
  await reply({ type: "history", room: name, isNewest: true, ...(await history(name, null)) });
});
