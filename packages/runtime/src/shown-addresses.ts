import { networkInterfaces } from "node:os";

export interface AddressOptions {
  /** As the server was asked to listen. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly publicUrl: string | null;
}

/** How the app is named to people and to pages. */
export interface ShownAddresses {
  /** For a browser of this machine: `http://localhost:3333` */
  readonly url: string;
  /** For other devices of the network; null when the server does not listen for them. */
  readonly networkUrl: string | null;
  /** For every page of the app, wherever it is shown: `ws://192.168.1.20:3333` */
  readonly webSocketUrl: string;
}

const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export function shownAddresses(
  { host, port, isSecure, publicUrl }: AddressOptions,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): ShownAddresses {
  const scheme = isSecure ? "https" : "http";
  const urlOf = (name: string): string =>
    `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`;
  const isWildcard = wildcards.has(host);
  const network = isWildcard ? networkAddress(interfaces) : null;
  const url = urlOf(isWildcard ? "localhost" : host);
  const networkUrl = network === null ? null : urlOf(network);
  const forPages = publicUrl === null ? (networkUrl ?? url) : new URL(publicUrl).origin;
  return { url, networkUrl, webSocketUrl: forPages.replace(/^http/, "ws") };
}

/** The first address of this machine in a network: IPv4 when there is one. */
function networkAddress(interfaces: ReturnType<typeof networkInterfaces>): string | null {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  return (outside.find(({ family }) => family === "IPv4") ?? outside[0])?.address ?? null;
}
