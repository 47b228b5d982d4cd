import type { APIGatewayProxyHandlerV2 } from "aws-lambda";

// Invoked for requests to this route: `event.pathParameters`, `queryStringParameters`, `headers`, `body`.
export const handler: APIGatewayProxyHandlerV2 = async (event) => {
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: event.rawPath }),
  };
};
