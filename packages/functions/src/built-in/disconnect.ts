import { leaveAll } from "../rooms/memberships.ts";
import { directChannel } from "../ws.ts";
import { callUserHandler, type UserHandler } from "./user-handler.ts";

/**
 * Around the function of `$disconnect`, on AWS: the connection leaves its rooms first. Locally the gateway
 * has done so. `handler` is null where the app has no function of its own.
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
        // The next post, or the time to live, takes it out of its rooms; the app's own clean-up must run.
        // oxlint-disable-next-line no-console -- it runs on Lambda, whose log this is
        console.error("The connection could not be removed from its rooms:", error);
      }
    }
    return handler === null ? { statusCode: 200 } : callUserHandler(handler, event, context);
  };
}
