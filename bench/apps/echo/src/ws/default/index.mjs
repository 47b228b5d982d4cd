import { ws } from "@arclet/functions";

export const handler = async (event) => {
  await ws.send({ id: event.requestContext.connectionId, payload: event.body });
  return { statusCode: 200 };
};
