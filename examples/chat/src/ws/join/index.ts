import { action } from "../../shared/action.ts";
import { history } from "../../shared/messages.ts";
import { enter, leave } from "../../shared/people.ts";

/** Somebody enters a room, and leaves the one before. */
export const handler = action(async ({ connection, input, reply }) => {
  const { room, name } = input;
  await enter(room, connection, name);
  await leave(connection, room);
  await reply({ type: "history", room, isNewest: true, ...(await history(room, null)) });
});
