import type { HttpRoute } from "./manifest.ts";

/**
 * Whether a route is a single variable, `/:id` or `/*`. API Gateway's HTTP APIs match it with `/` too, with
 * an empty variable: apps that deploy only `ANY /{proxy+}` serve their root with it.
 */
export function isRootVariable({ path }: Pick<HttpRoute, "path">): boolean {
  return /^\/(?::[^/]+|\*)$/.test(path);
}
