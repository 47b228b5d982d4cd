import type { WebSocketApi } from "./manifest.ts";

/** The action by which a connection asks for what its successor proves itself with. It needs `auth` under `@ws-settings`. */
export const rollOver = { routeKey: "arclet-previous" } as const;

/** How messages name their action unless the manifest says otherwise. */
export const defaultSelection = "$request.body.action";

/** Whether rooms can move from a connection to the next one of the same person. */
export function canRollOver({
  auth,
  routeSelectionExpression,
}: Pick<WebSocketApi, "auth" | "routeSelectionExpression">): boolean {
  return auth.length > 0 && routeSelectionExpression === defaultSelection;
}
