import type { WebSocketApi } from "./manifest.ts";

/** The action by which a connection requests a token that proves the next connection to be the same person's. Needs `auth` under `@ws-settings`. */
export const rollOver = { routeKey: "arclet-previous" } as const;

/** Default route selection expression. */
export const defaultSelection = "$request.body.action";

/** Whether room memberships can move to the same person's next connection. */
export function canRollOver({
  auth,
  routeSelectionExpression,
}: Pick<WebSocketApi, "auth" | "routeSelectionExpression">): boolean {
  return auth.length > 0 && routeSelectionExpression === defaultSelection;
}
