import type { IncomingMessage } from "node:http";

export interface TrustOptions {
  /** The host the server was told to listen on. */
  readonly host: string;
  /** Origins the person trusts besides, `"*"` for all. */
  readonly allowedOrigins: readonly string[];
}

/** Decides which pages may talk to a server on the developer's machine. */
export interface Trust {
  /** False for names that merely resolve to this machine (DNS rebinding). */
  isTrustedHost(request: IncomingMessage): boolean;
  /** True without an `Origin`: then it is no browser. */
  isTrustedOrigin(request: IncomingMessage): boolean;
}

export function createTrust(options: TrustOptions): Trust {
  const { host, allowedOrigins } = options;
  const allowsAll = allowedOrigins.includes("*");
  const isKnown = (name: string): boolean => isLoopback(name) || name === host;
  return {
    isTrustedHost: (request) => isKnown(hostnameOf(`http://${request.headers.host ?? ""}`)),
    isTrustedOrigin(request) {
      const { origin } = request.headers;
      if (origin === undefined || allowsAll || allowedOrigins.includes(origin)) return true;
      // Pages of this machine are the developer's own, on whatever port their tools serve them.
      return isKnown(hostnameOf(origin));
    },
  };
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
}

function isLoopback(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    /^127(\.\d+){3}$/.test(name)
  );
}
