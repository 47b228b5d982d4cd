import type { HttpRoute } from "./manifest.ts";

/**
 * Whether a route is nothing but a variable, `/:id` or `/*`. API Gateway's HTTP APIs take these for `/`
 * too, with the variable empty: apps that deploy `ANY /{proxy+}` alone serve their root with it.
 */
export function isRootVariable({ path }: Pick<HttpRoute, "path">): boolean {
  return /^\/(?::[^/]+|\*)$/.test(path);
}
