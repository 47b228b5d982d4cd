import { action, ws } from "@arclet/functions";

// Invoked for messages whose `action` is the name of this function, with the rest of the message. With
// `response true` below the action in the manifest, what it returns answers the client.
export const handler = action(async (input: { text: string }, event) => {
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { type: "received", text: input.text },
  });
});
