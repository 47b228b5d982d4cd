import { action, ActionError, rooms } from "@arclet/functions";
import { keep } from "@shared/history.ts";
import { sayInput } from "@shared/input.ts";
import { roomOf } from "@shared/room.ts";

/** Keeps a line and brings it to the others in its room; who said it gets it as the answer. */
export const handler = action({ input: sayInput }, async ({ room, text }, event) => {
  const { connectionId: id, authorizer } = event.requestContext;
  if (!(await rooms.of({ id })).includes(roomOf(room))) {
    throw new ActionError("NOT_IN_ROOM", "Join the room first");
  }
  // The name that the ticket was made for: nobody speaks under another's.
  const line = await keep(room, String(authorizer?.["name"]), text);
  await rooms.send({ room: roomOf(room), payload: { type: "said", room, line }, except: id });
  return line;
});
