import type { WebSocketConnectHandler } from "@arclet/functions";

/**
 * Any page on the web can try to open a socket here from a visitor's browser, which tells in `Origin`
 * whose page it was. Only this app's own get in, and those of ALLOWED_ORIGINS.
 */
export const handler: WebSocketConnectHandler = async ({ headers }) => ({
  statusCode: isAllowed(headers) ? 200 : 403,
});

function isAllowed(headers: Readonly<Record<string, string | undefined>>): boolean {
  // Names come as the client wrote them: `Origin`, `origin`.
  const values = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const origin = values.get("origin");
  const host = values.get("host");
  if (origin === undefined) return true;
  const { ALLOWED_ORIGINS = "", ARC_HTTP_URL = "" } = process.env;
  return [
    `http://${host}`,
    `https://${host}`,
    ARC_HTTP_URL,
    ...ALLOWED_ORIGINS.split(","),
  ].includes(origin);
}
