import { action } from "../../chat/action.ts";
import { history } from "../../chat/messages.ts";
import { enter, leave } from "../../chat/people.ts";

/** Somebody enters a room, and leaves the one before. */
export const handler = action(async ({ connection, input, reply }) => {
  const { room, name } = input;
  await enter(room, connection, name);
  await leave(connection, room);
  await reply({ type: "history", room, isNewest: true, ...(await history(room, null)) });
});
