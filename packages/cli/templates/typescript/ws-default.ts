import { ws } from "@arclet/functions";
import type { APIGatewayProxyWebsocketHandlerV2 } from "aws-lambda";

// Invoked for every message: the event bus of the app. This one sends back what it got.
export const handler: APIGatewayProxyWebsocketHandlerV2 = async (event) => {
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { echo: JSON.parse(event.body ?? "") },
  });
  return { statusCode: 200 };
};
