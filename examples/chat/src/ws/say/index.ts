import { rooms } from "@arclet/functions";
import { action } from "../../chat/action.ts";
import { Refused } from "../../chat/input.ts";
import { keep } from "../../chat/messages.ts";
import { roomOf, type Response } from "../../chat/protocol.ts";

/** Keeps a line and brings it to everyone in its room. */
export const handler = action(async ({ connection: id, name, input }) => {
  const { room, text } = input;
  if (!(await rooms.of({ id })).includes(roomOf(room))) throw new Refused("Join the room first");
  const payload: Response = { type: "said", room, message: await keep(room, name, text) };
  await rooms.send({ room: roomOf(room), payload });
});
