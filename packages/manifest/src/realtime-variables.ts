import type { Manifest } from "./manifest.ts";

/**
 * Variables by which functions know the app's rooms and logins, here and on AWS: `ARC_ROOMS` has the
 * limits of each kind as JSON, `ARC_WS_AUTH` the ways to log in, `ARC_WS_ORIGINS` the other sites whose
 * pages may connect. What the manifest does not have is absent.
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
