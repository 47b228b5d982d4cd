import { action } from "../../shared/action.ts";
import { enter } from "../../shared/people.ts";

/** A sign of life. Brings back who was taken for gone: a laptop that slept, say. */
export const handler = action(async ({ connection, input }) => {
  await enter(input.room, connection, input.name);
});
