import type { WebSocketDisconnectHandler } from "@arclet/functions";

/** Rooms have noticed already. */
export const handler: WebSocketDisconnectHandler = async () => ({ statusCode: 200 });
