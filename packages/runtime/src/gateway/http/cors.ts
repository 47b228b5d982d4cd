import type { IncomingMessage, ServerResponse } from "node:http";
import type { CorsSettings } from "@arclet/manifest";

/** Headers that an HTTP API with CORS settings writes itself: those of an integration are ignored. */
const ownHeaders =
  /^access-control-(?:allow-(?:origin|methods|headers|credentials)|expose-headers|max-age)$/i;

/** Whether an HTTP API with CORS settings drops a header that a function returned. */
export function isCorsHeader(name: string): boolean {
  return ownHeaders.test(name);
}

/**
 * Applies CORS settings as an HTTP API does: it answers preflight requests itself, with or without a route,
 * and lets pages of the listed origins read responses. Returns true if it answered the request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function answerCors(
  cors: CorsSettings,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const allowed = allowedOrigin(cors, origin);
  const isPreflight =
    request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
  if (allowed !== null) {
    response.setHeader("access-control-allow-origin", allowed);
    if (allowed !== "*") response.setHeader("vary", "Origin");
    if (cors.hasCredentials) response.setHeader("access-control-allow-credentials", "true");
    if (cors.exposed.length > 0)
      response.setHeader("access-control-expose-headers", cors.exposed.join(","));
  }
  if (!isPreflight) return false;
  if (allowed !== null) {
    response.setHeader("access-control-allow-methods", cors.methods.join(","));
    response.setHeader("access-control-allow-headers", cors.headers.join(","));
    if (cors.maxAgeSeconds !== null)
      response.setHeader("access-control-max-age", String(cors.maxAgeSeconds));
  }
  request.resume();
  response.writeHead(204).end();
  return true;
}

/** CORS headers for a request's origin; null if it is not allowed. */
function allowedOrigin({ origins }: CorsSettings, origin: string): string | null {
  if (origins.includes("*")) return "*";
  const isAllowed = origins.some((allowed) =>
    allowed.endsWith("://*") ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin,
  );
  return isAllowed ? origin : null;
}
