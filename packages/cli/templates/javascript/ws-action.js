const { action, ws } = require("@arclet/functions");

// Invoked for messages whose `action` is the name of this function, with the rest of the message. With
// `response true` below the action in the manifest, what it returns answers the client.
exports.handler = action(async (input, event) => {
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { type: "received", text: input.text },
  });
});
