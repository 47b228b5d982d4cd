import { ws, type WebSocketMessageHandler } from "@arclet/functions";

// Invoked for messages whose `action` is the name of this function.
export const handler: WebSocketMessageHandler = async (event) => {
  const message = JSON.parse(event.body);
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { action: message.action, received: message },
  });
  return { statusCode: 200 };
};
