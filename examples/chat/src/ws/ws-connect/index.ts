import type { WebSocketConnectHandler } from "@arclet/functions";

/** Only who has a ticket gets this far. */
export const handler: WebSocketConnectHandler = async () => ({ statusCode: 200 });
