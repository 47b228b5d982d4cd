import { events } from "@arclet/functions";
import { action } from "../../chat/action.ts";
import { Refused } from "../../chat/input.ts";
import { keep } from "../../chat/messages.ts";
import { nameOf } from "../../chat/people.ts";

/** Keeps a line and publishes it; the caller need not wait until everyone has it. */
export const handler = action(async ({ connection, input }) => {
  const { room, text } = input;
  // The name is the one of the table: nobody speaks under another's.
  const name = await nameOf(room, connection);
  if (name === null) throw new Refused("Join the room first");
  const message = await keep(room, name, text);
  await events.publish({ name: "said", payload: { room, message } });
});
