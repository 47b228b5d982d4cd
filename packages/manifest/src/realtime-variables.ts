import type { Manifest } from "./manifest.ts";

/**
 * Environment variables that describe the app's rooms and logins to its functions, locally and on AWS:
 * `ARC_ROOMS` has the limits of each kind as JSON, `ARC_WS_AUTH` the accepted logins, `ARC_WS_ORIGINS` the
 * other sites whose pages may connect. A variable is absent if the manifest does not set it.
 */
export function realtimeVariables({
  rooms,
  ws,
}: Pick<Manifest, "rooms" | "ws">): Readonly<Record<string, string>> {
  const kinds = rooms.map(({ name, members, rate }) => [name, { members, rate }] as const);
  const auth = ws?.auth ?? [];
  const origins = ws?.origins ?? null;
  return {
    ...(kinds.length === 0 ? {} : { ARC_ROOMS: JSON.stringify(Object.fromEntries(kinds)) }),
    ...(auth.length === 0 ? {} : { ARC_WS_AUTH: auth.join(" ") }),
    ...(origins === null ? {} : { ARC_WS_ORIGINS: origins.join(" ") }),
  };
}
