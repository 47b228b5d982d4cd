/** Sends back what it got, to the connection it got it from. */
export const echo = `
import { ws } from "@arclet/functions";
export async function handler(event) {
  await ws.send({ id: event.requestContext.connectionId, payload: event.body ?? "" });
  return { statusCode: 200 };
}
`;

export const accept = `
export async function handler() {
  return { statusCode: 200 };
}
`;
