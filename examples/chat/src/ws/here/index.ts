import { action } from "../../chat/action.ts";
import { enter } from "../../chat/people.ts";

/** A sign of life. Brings back who was taken for gone: a laptop that slept, say. */
export const handler = action(async ({ connection, input }) => {
  await enter(input.room, connection, input.name);
});
