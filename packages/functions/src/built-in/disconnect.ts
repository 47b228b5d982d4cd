import { leaveAll } from "../rooms/memberships.ts";
import { directChannel } from "../ws.ts";
import { callUserHandler, type UserHandler } from "./user-handler.ts";

/**
 * Wraps the `$disconnect` function on AWS: the connection first leaves its rooms. Locally, the gateway does
 * this. `handler` is null if the app has no such function.
 */
export function aroundDisconnect(
  handler: UserHandler | null,
): (
  event: { readonly requestContext: { readonly connectionId: string } },
  context: unknown,
) => Promise<unknown> {
  return async (event, context) => {
    if (directChannel()?.realtime === undefined) {
      try {
        await leaveAll(event.requestContext.connectionId);
      } catch (error) {
        // Continue, so that the app's own cleanup runs. The next post or the TTL removes the connection from its rooms.
        // oxlint-disable-next-line no-console -- it runs on Lambda, whose log this is
        console.error("The connection could not be removed from its rooms:", error);
      }
    }
    return handler === null ? { statusCode: 200 } : callUserHandler(handler, event, context);
  };
}
