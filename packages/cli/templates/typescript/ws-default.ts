import { ws, type WebSocketMessageHandler } from "@arclet/functions";

// Invoked for every message: the event bus of the app. This one sends back what it got.
export const handler: WebSocketMessageHandler = async (event) => {
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { echo: JSON.parse(event.body) },
  });
  return { statusCode: 200 };
};
