import { randomBytes } from "node:crypto";
import { sessionLoginProblem, type Manifest } from "@arclet/manifest";
import type { FunctionPackage } from "./assets/package-functions.ts";
import { DeployError } from "./errors.ts";
import type { Environment } from "./environment.ts";

/** Environment variable with the secret that seals sessions and tickets. */
export const secretVariable = "ARC_APP_SECRET";

/** Generates a secret for an app that needs one and has none; otherwise null. */
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

/** @throws DeployError `ERR_AUTH_SESSION` */
export function checkLogins({ ws, pragmas }: Pick<Manifest, "ws" | "pragmas">): void {
  const problem = sessionLoginProblem(ws?.auth ?? [], "domain" in pragmas);
  if (problem === null) return;
  throw new DeployError("ERR_AUTH_SESSION", problem.text, { hints: [`${problem.remedy}.`] });
}
