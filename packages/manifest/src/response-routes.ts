import type { Manifest } from "./manifest.ts";

/** Names a function's routes with `response true`, separated by spaces; `action()` of the helper reads it. */
export const responseRoutesVariable = "ARC_WS_RESPONSES";

/** The value of the variable for one function; null: none of its routes answers with the result's body. */
export function responseRoutesOf({ ws }: Pick<Manifest, "ws">, functionId: string): string | null {
  const routes = ws?.routes ?? [];
  const answering = routes.filter(
    (route) => route.functionId === functionId && route.hasRouteResponse,
  );
  return answering.length === 0 ? null : answering.map(({ routeKey }) => routeKey).join(" ");
}
