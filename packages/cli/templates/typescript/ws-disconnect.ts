import type { WebSocketDisconnectHandler } from "@arclet/functions";

// Invoked after a socket closed: the place to forget what was kept about the connection.
export const handler: WebSocketDisconnectHandler = async (event) => {
  console.log("closed", event.requestContext.connectionId);
  return { statusCode: 200 };
};
