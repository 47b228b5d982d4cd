import type { APIGatewayProxyWebsocketHandlerV2 } from "aws-lambda";

// Invoked after a socket closed: the place to forget what was kept about the connection.
export const handler: APIGatewayProxyWebsocketHandlerV2 = async (event) => {
  console.log("closed", event.requestContext.connectionId);
  return { statusCode: 200 };
};
