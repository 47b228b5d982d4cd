import type { WebSocketApi } from "../manifest.ts";

/**
 * The reason why a deployed app would refuse every socket, or null. On AWS, page and socket have different
 * hosts, so a session cookie reaches the socket only if both are below one domain.
 */
export function sessionLoginProblem(
  auth: WebSocketApi["auth"],
  hasDomain: boolean,
): { readonly text: string; readonly remedy: string } | null {
  if (!auth.includes("session") || auth.includes("ticket") || hasDomain) return null;
  return {
    text: "`auth session` works on AWS only with @domain: without it the session's cookie never reaches the socket",
    remedy: "Use `auth ticket`, or `auth ticket session`, or add @domain",
  };
}
