import { action } from "../../chat/action.ts";
import { history } from "../../chat/messages.ts";

export const handler = action(async ({ input, reply }) => {
  const { room, before } = input;
  await reply({ type: "history", room, isNewest: false, ...(await history(room, before)) });
});
