import type { WebSocketConnectEvent, WebSocketConnectHandler } from "@arclet/functions";

// Invoked before a socket opens; it opens only if this answers 2xx.
//
// Any page on the web can try to open a socket here from a visitor's browser. The browser says in
// `Origin` which page it was, and the page cannot change that: so this app's own pages may connect,
// and those listed in ALLOWED_ORIGINS ("https://example.com,https://www.example.com").
// Programs that are not browsers send no Origin; where that matters, ask them for a token.
export const handler: WebSocketConnectHandler = async (event) => {
  return { statusCode: isAllowed(event.headers) ? 200 : 403, body: "" };
};

function isAllowed(headers: WebSocketConnectEvent["headers"]): boolean {
  // Names come as the client wrote them: `Origin`, `origin`.
  const values = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const origin = values.get("origin");
  const host = values.get("host");
  if (!origin) return true;
  const { ALLOWED_ORIGINS = "", ARC_HTTP_URL = "" } = process.env;
  const allowed = [
    `http://${host}`,
    `https://${host}`,
    ARC_HTTP_URL,
    ...ALLOWED_ORIGINS.split(","),
  ];
  return allowed.includes(origin);
}
