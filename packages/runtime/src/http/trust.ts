import type { IncomingMessage } from "node:http";

/** Parts of a request that trust depends on. */
export interface JudgedRequest {
  readonly headers: IncomingMessage["headers"];
  /** The addresses at both ends of the connection. */
  readonly socket: {
    readonly remoteAddress?: string | undefined;
    readonly localAddress?: string | undefined;
  };
}

export interface TrustOptions {
  /** The host the server was asked to listen on. */
  readonly host: string;
  /** Origins whose pages may open sockets, `"*"` for all. */
  readonly allowedOrigins: readonly string[];
  /** URL of the tunnel or proxy in front of the app: `https://app.example`. */
  readonly publicUrl: string | null;
}

/** Access rules for a server on a developer's machine. */
export interface Trust {
  readonly publicUrl: URL | null;
  /** Whether a request may use endpoints reserved for this machine: see `isLocalRequest`. */
  isLocal(request: JudgedRequest): boolean;
  /** Whether the page in `Origin` may open a socket. True without `Origin`, because then the client is not a browser. */
  mayOpenSocket(request: JudgedRequest): boolean;
  /** Whether a page may get the socket's URL: only under a host name that others cannot point to this machine. */
  isOwnPage(request: JudgedRequest): boolean;
  /** Whether a request came through the tunnel or proxy of `publicUrl`. */
  isThroughPublicUrl(request: JudgedRequest): boolean;
}

/** Body of a refusal, on every port. */
export const onlyLocal = "Forbidden: only programs and pages on this machine may use this";

/**
 * Decides whether a request is local: a loopback peer, a loopback `Host`, no proxy headers and no foreign
 * page. The peer alone is not enough, because tunnels connect from loopback too. A host name that merely
 * resolves to this machine (DNS rebinding) is not a loopback `Host`.
 * @param publicHost The host of the public URL, which is never local.
 */
export function isLocalRequest(
  { headers, socket }: JudgedRequest,
  publicHost: string | null = null,
): boolean {
  const { host = "", origin } = headers;
  if (!isLoopbackAddress(socket.remoteAddress ?? "")) return false;
  if (!isLoopbackName(hostnameOf(`http://${host}`)) || host === publicHost) return false;
  if (isForwarded(headers)) return false;
  // Browsers omit `Origin` for embedded resources, and send Sec-Fetch-Site instead.
  if (origin === undefined) return headers["sec-fetch-site"] !== "cross-site";
  return isLoopbackName(hostnameOf(origin)) && !isAt(origin, publicHost);
}

/** Whether a browser sent the request. */
export function isFromBrowser({ headers }: JudgedRequest): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

export function createTrust({ host, allowedOrigins, publicUrl }: TrustOptions): Trust {
  const publicAddress = publicUrl === null ? null : new URL(publicUrl);
  const publicHost = publicAddress?.host ?? null;
  const allowed = new Set(allowedOrigins);
  const isThroughPublicUrl = ({ headers }: JudgedRequest): boolean =>
    publicHost !== null && (headers.host === publicHost || isForwarded(headers));
  /** A foreign page cannot have this `Host`: with DNS rebinding, it is not the address connected to. */
  const isKnownHost = ({ headers, socket }: JudgedRequest): boolean => {
    const { host: given = "" } = headers;
    const name = hostnameOf(`http://${given}`);
    if (isLoopbackName(name) || name === host) return true;
    if (name !== "" && name === socket.localAddress?.replace(/^::ffff:/, "")) return true;
    return (
      given === publicHost || allowed.has(`http://${given}`) || allowed.has(`https://${given}`)
    );
  };
  const mayOpenSocket = (request: JudgedRequest): boolean => {
    const { origin, host: given = "" } = request.headers;
    if (origin === undefined || allowed.has("*") || allowed.has(origin)) return true;
    if (origin === publicAddress?.origin || isLoopbackName(hostnameOf(origin))) return true;
    return isAt(origin, given) && isKnownHost(request);
  };
  return {
    publicUrl: publicAddress,
    isLocal: (request) => isLocalRequest(request, publicHost),
    isThroughPublicUrl,
    mayOpenSocket,
    isOwnPage: (request) =>
      mayOpenSocket(request) && (isThroughPublicUrl(request) || isKnownHost(request)),
  };
}

/** Headers set by various proxies and tunnels. */
const proxyHeaders = new Set([
  "forwarded",
  "via",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "x-original-host",
  "x-original-url",
]);

function isForwarded(headers: IncomingMessage["headers"]): boolean {
  for (const name in headers) {
    if (name.startsWith("x-forwarded") || name.startsWith("cf-") || proxyHeaders.has(name)) {
      return true;
    }
  }
  return false;
}

function isAt(origin: string, host: string | null): boolean {
  return host !== null && URL.canParse(origin) && new URL(origin).host === host;
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
}

/** Whether a host is `localhost`, a subdomain of it, or a loopback address. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name);
}

/** Includes IPv4 addresses mapped to IPv6. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address);
}
