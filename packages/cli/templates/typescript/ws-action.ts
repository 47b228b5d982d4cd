import { ws } from "@arclet/functions";
import type { APIGatewayProxyWebsocketHandlerV2 } from "aws-lambda";

// Invoked for messages whose `action` is the name of this function.
export const handler: APIGatewayProxyWebsocketHandlerV2 = async (event) => {
  const message = JSON.parse(event.body ?? "");
  await ws.send({
    id: event.requestContext.connectionId,
    payload: { action: message.action, received: message },
  });
  return { statusCode: 200 };
};
