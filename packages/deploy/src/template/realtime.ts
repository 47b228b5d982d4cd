import type { Manifest } from "@arclet/manifest";

/** Whether the app has rooms or logins, and so the table that both are kept in. */
export function hasRealtime({ rooms, ws }: Pick<Manifest, "rooms" | "ws">): boolean {
  return rooms.length > 0 || (ws?.auth.length ?? 0) > 0;
}
