import type { WebSocketDisconnectHandler } from "@arclet/functions";
import { leave } from "../../chat/people.ts";

export const handler: WebSocketDisconnectHandler = async (event) => {
  await leave(event.requestContext.connectionId);
  return { statusCode: 200 };
};
