import type { IncomingHttpHeaders } from "node:http";
import { hexWord } from "../numbered-ids.ts";
import { random32 } from "../random32.ts";

/** Header names as sent, each with all its values. */
export type HeaderList = readonly (readonly [name: string, values: readonly string[]])[];

/** Request data in an event, of a real or a sample request. */
export interface RequestHead {
  readonly method?: string | undefined;
  /** `1.1` */
  readonly httpVersion: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly socket: {
    readonly remoteAddress?: string | undefined;
    readonly localPort?: number | undefined;
  };
}

/** Hop-by-hop headers that end at the gateway. */
const strippedFromEvents: ReadonlySet<string> = new Set([
  "connection",
  "upgrade",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

/** Headers with which the gateway describes the sender; the client's own are dropped. */
const setByGateway: ReadonlySet<string> = new Set([
  "x-amzn-trace-id",
  "x-forwarded-for",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

export interface HeaderOptions {
  readonly keepHopByHop?: boolean;
  /** In the headers of every request, also of one that says nothing of its body. */
  readonly contentLength?: { readonly name: string; readonly bytes: number };
}

/**
 * The request's headers with the gateway's additions, in API Gateway's alphabetical order.
 * `now` is epoch milliseconds.
 */
export function listHeaders(
  request: RequestHead,
  now: number,
  options: HeaderOptions = {},
): HeaderList {
  const byName = new Map<string, [string, string[]]>();
  const raw = request.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const key = name.toLowerCase();
    if (setByGateway.has(key)) continue;
    if (strippedFromEvents.has(key) && options.keepHopByHop !== true) continue;
    const known = byName.get(key);
    if (known === undefined) byName.set(key, [name, [raw[index + 1] ?? ""]]);
    else known[1].push(raw[index + 1] ?? "");
  }
  const own = (name: string, value: string): unknown =>
    byName.set(name.toLowerCase(), [name, [value]]);
  const { contentLength } = options;
  if (contentLength !== undefined) own(contentLength.name, String(contentLength.bytes));
  own("X-Amzn-Trace-Id", traceId(now));
  own("X-Forwarded-For", sourceIpOf(request));
  own("X-Forwarded-Port", String(request.socket.localPort ?? 80));
  own("X-Forwarded-Proto", "http");
  return [...byName.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, header]) => header);
}

/** Address of the socket's peer. Forwarded addresses are not trusted. */
export function sourceIpOf(request: Pick<RequestHead, "socket">): string {
  const address = request.socket.remoteAddress ?? "";
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}

/** `Root=1-<8 hex epoch seconds>-<24 hex>` */
export function traceId(now: number): string {
  const seconds = Math.floor(now / 1000).toString(16);
  // It must be unique but need not be secret.
  return `Root=1-${seconds}-${hexWord(random32())}${hexWord(random32())}${hexWord(random32())}`;
}

/** Names and values as `headers` (the last of repeated values) and `multiValueHeaders`. */
export function toHeaderMaps(list: HeaderList): {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, readonly string[]>;
} {
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, readonly string[]> = {};
  for (const [name, values] of list) {
    headers[name] = values.at(-1) ?? "";
    multiValueHeaders[name] = values;
  }
  return { headers, multiValueHeaders };
}

/** Query parameters as two maps; null if there are none, because then the keys are omitted. */
export function toQueryMaps(search: URLSearchParams): {
  queryStringParameters: Record<string, string>;
  multiValueQueryStringParameters: Record<string, string[]>;
} | null {
  const queryStringParameters: Record<string, string> = {};
  const multiValueQueryStringParameters: Record<string, string[]> = {};
  let isEmpty = true;
  for (const [name, value] of search) {
    isEmpty = false;
    queryStringParameters[name] = value;
    (multiValueQueryStringParameters[name] ??= []).push(value);
  }
  return isEmpty ? null : { queryStringParameters, multiValueQueryStringParameters };
}
