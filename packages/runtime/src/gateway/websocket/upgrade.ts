import type { IncomingMessage } from "node:http";
import type { GatewayContext } from "../gateway-context.ts";
import { offersProtocols } from "../upgrade-request.ts";

/** The HTTP response to a refused upgrade. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
}

/** What can be told of an upgrade to `url` without asking a function; null when it may go on. */
export function judgeUpgrade(
  { trust, stage }: Pick<GatewayContext, "trust" | "stage">,
  request: IncomingMessage,
  url: URL | null,
): UpgradeRefusal | null {
  const key = request.headers["sec-websocket-key"];
  if (request.method !== "GET" || request.headers.upgrade?.toLowerCase() !== "websocket") {
    return badRequest;
  }
  // https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1: HTTP/1.1 or higher, with a Host.
  if (Number(request.httpVersion) < 1.1 || request.headers.host === undefined) {
    return badRequest;
  }
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) {
    return badRequest;
  }
  if (request.headers["sec-websocket-version"] !== "13") {
    return { status: 426, message: "Upgrade Required" };
  }
  if (url === null || !offersProtocols(request)) return badRequest;
  const path = url.pathname;
  const isKnownPath = path === "/" || path === `/${stage}` || path === `/${stage}/`;
  if (!isKnownPath || !trust.isTrustedOrigin(request)) return forbidden;
  return null;
}

export const badRequest: UpgradeRefusal = { status: 400, message: "Bad Request" };

/** Also where there is no WebSocket API at all. */
export const forbidden: UpgradeRefusal = { status: 403, message: "Forbidden" };
