import type { Manifest } from "./manifest.ts";

/** Environment variable with a function's `response true` routes, separated by spaces. Read by `action()` of `@arclet/functions`. */
export const responseRoutesVariable = "ARC_WS_RESPONSES";

/** Value of the variable for one function; null if none of its routes has `response true`. */
export function responseRoutesOf({ ws }: Pick<Manifest, "ws">, functionId: string): string | null {
  const routes = ws?.routes ?? [];
  const answering = routes.filter(
    (route) => route.functionId === functionId && route.hasRouteResponse,
  );
  return answering.length === 0 ? null : answering.map(({ routeKey }) => routeKey).join(" ");
}
