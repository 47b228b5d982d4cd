import { randomBytes } from "node:crypto";
import type { Manifest } from "@arclet/manifest";
import type { FunctionPackage } from "./assets/package-functions.ts";
import { DeployError } from "./errors.ts";
import type { Environment } from "./environment.ts";

/** The variable that seals sessions and tickets. */
export const secretVariable = "ARC_APP_SECRET";

/** A secret for an app that needs one and has none; null otherwise. */
export function newAppSecret(
  { ws }: Pick<Manifest, "ws">,
  packages: readonly Pick<FunctionPackage, "sealsSessions">[],
  environment: Environment,
): string | null {
  const isNeeded =
    (ws?.auth.length ?? 0) > 0 || packages.some(({ sealsSessions }) => sealsSessions);
  if (!isNeeded || environment.has(secretVariable)) return null;
  return randomBytes(32).toString("base64url");
}

/**
 * Page and socket of a deployed app have different hosts: a cookie does not reach the socket.
 * @throws DeployError `ERR_AUTH_SESSION`
 */
export function checkLogins({ ws, pragmas }: Pick<Manifest, "ws" | "pragmas">): void {
  const auth = ws?.auth ?? [];
  if (!auth.includes("session") || auth.includes("ticket") || "domain" in pragmas) return;
  throw new DeployError(
    "ERR_AUTH_SESSION",
    "`auth session` alone lets nobody connect on AWS: the session's cookie never reaches the socket's host",
    { hints: ["Write `auth ticket` below @ws-settings, or `auth ticket session`."] },
  );
}
