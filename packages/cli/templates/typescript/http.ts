import type { HttpHandler } from "@arclet/functions";

// Invoked for requests to this route: `event.pathParameters`, `queryStringParameters`, `headers`, `body`.
export const handler: HttpHandler = async (event) => {
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: event.rawPath }),
  };
};
