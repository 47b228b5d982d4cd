import type { WebSocketApi } from "../manifest.ts";

/**
 * Why sockets of a deployed app refuse everybody; null: they do not. On AWS page and socket have different
 * hosts, so that a session's cookie reaches the socket only below one domain.
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
