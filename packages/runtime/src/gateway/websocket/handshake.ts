import type { IncomingMessage } from "node:http";
import { arnOf } from "@arclet/manifest";
import type { AuthorizerContext } from "../../message-event.ts";
import { listHeaders } from "../../lambda-events/request-headers.ts";
import {
  authorizerEvent,
  connectEvent,
  type HandshakeEvent,
  type WebSocketIdentity,
} from "../../lambda-events/ws.ts";
import { hasIdentity, readAuthorization } from "./authorizer.ts";
import type { GatewayContext } from "../gateway-context.ts";
import { invokeInTime } from "../invoke-in-time.ts";
import { describeMalformed, readProxyResult } from "./websocket-result.ts";
import type { SocketAuth, SocketVerdict } from "./socket-auth.ts";
import { isProtocolName } from "./upgrade.ts";
import type { WebSocketRoutes } from "./websocket-routes.ts";

/** Verdict on a handshake: open, with what the function said, or an HTTP status. */
export type Verdict =
  | {
      readonly isOpen: true;
      readonly protocol: string | null;
      readonly authorizer: AuthorizerContext | null;
    }
  | {
      readonly isOpen: false;
      readonly status: number;
      /** What the client reads. */
      readonly message: string;
      /** What the developer reads: who refused, and why. */
      readonly reason: string;
    };

/**
 * Asks who opens the socket, where the API has logins, then the app's own functions, and takes the answer
 * as final once rooms that were joined meanwhile have taken the connection in.
 */
export async function judgeHandshake(
  context: GatewayContext,
  routes: WebSocketRoutes,
  auth: SocketAuth,
  request: IncomingMessage,
  url: URL,
  connection: WebSocketIdentity,
): Promise<Verdict> {
  const { realtime, clock } = context;
  if (!realtime.isNeeded) return askFunctions(context, routes, request, url, connection, null);
  const { rooms } = realtime;
  const { connectionId } = connection;
  rooms.begin(connectionId);
  let login: LoggedIn | null = null;
  if (auth.isRequired) {
    const verdict = await auth.judge(request, url.searchParams, clock.now());
    if (!verdict.ok) {
      const { status, reason } = verdict;
      return { isOpen: false, status, message: messages[status] ?? "Forbidden", reason };
    }
    login = verdict;
    rooms.identify(connectionId, login.identity);
  }
  const verdict = await askFunctions(context, routes, request, url, connection, login);
  if (!verdict.isOpen) return verdict;
  if (!rooms.settle(connectionId)) {
    return {
      isOpen: false,
      status: 429,
      message: "Too Many Requests",
      reason: "a room that $connect joined is full",
    };
  }
  // A revocation that came before the connection was in the room of its person did not find it there.
  if (login !== null && realtime.isRevoked(login.identity.id, login.identity.issuedAt)) {
    const reason = `${login.identity.id} was revoked while the socket opened`;
    return { isOpen: false, status: 401, message: "Unauthorized", reason };
  }
  return verdict;
}

type LoggedIn = Extract<SocketVerdict, { readonly ok: true }>;

/** Asks the authorizer and `$connect`, where the API has them, whether a socket opens. */
async function askFunctions(
  context: GatewayContext,
  routes: WebSocketRoutes,
  request: IncomingMessage,
  url: URL,
  connection: WebSocketIdentity,
  login: LoggedIn | null,
): Promise<Verdict> {
  const { ids, clock } = context;
  // Nobody reads the event of a handshake that no function judges.
  if (routes.authorizer === null && routes.connect === null)
    return { isOpen: true, protocol: null, authorizer: login?.context ?? null };
  const now = clock.now();
  const handshake: HandshakeEvent = {
    connection,
    headers: listHeaders(request, now),
    query: url.searchParams,
    requestId: ids.requestId(),
    now,
    authorizer: null,
  };
  let authorizer: AuthorizerContext | null = login?.context ?? null;
  let integrationLatency = 0;
  if (routes.authorizer !== null) {
    const authorization = await authorize(context, request, handshake, routes);
    if (!authorization.ok) {
      return {
        isOpen: false,
        status: authorization.status,
        message: messages[authorization.status] ?? "Forbidden",
        reason: authorization.reason,
      };
    }
    authorizer = authorization.context;
    integrationLatency = clock.now() - handshake.now;
  }
  if (routes.connect === null) return { isOpen: true, protocol: null, authorizer };
  const event = connectEvent({
    ...handshake,
    authorizer: authorizer === null ? null : { ...authorizer, integrationLatency },
  });
  return connect(context, request, routes.connect.functionId, event, authorizer);
}

async function authorize(
  context: GatewayContext,
  request: IncomingMessage,
  handshake: HandshakeEvent,
  { authorizer, place }: WebSocketRoutes,
): Promise<ReturnType<typeof readAuthorization>> {
  if (authorizer === null || !hasIdentity(authorizer, request, handshake.query))
    return { ok: false, status: 401, reason: "an identity source of the authorizer is missing" };
  const { apiId, stage } = context;
  const methodArn = arnOf(place, "execute-api", `${apiId}/${stage}/$connect`);
  // Only the authorizer sees the hop-by-hop headers, and that there is no body.
  const headers = listHeaders(request, handshake.now, {
    keepHopByHop: true,
    contentLength: { name: "content-length", bytes: 0 },
  });
  const event = authorizerEvent({ ...handshake, headers }, methodArn);
  const { webSocketIntegrationMs } = context.limits;
  const { functionId } = authorizer;
  const result = await invokeInTime(
    context,
    functionId,
    event,
    webSocketIntegrationMs,
    request.socket,
  );
  if (result === "late") return { ok: false, status: 500, reason: `${functionId} took too long` };
  if (result === "throttled")
    return { ok: false, status: 500, reason: "more calls at a time than the gateway takes" };
  return readAuthorization(result, methodArn);
}

async function connect(
  context: GatewayContext,
  request: IncomingMessage,
  functionId: string,
  event: string,
  authorizer: AuthorizerContext | null,
): Promise<Verdict> {
  const { webSocketIntegrationMs } = context.limits;
  const limitMs = webSocketIntegrationMs;
  const result = await invokeInTime(context, functionId, event, limitMs, request.socket);
  if (result === "throttled") {
    const reason = "more handshakes at a time than the gateway takes";
    return { isOpen: false, status: 429, message: "Too Many Requests", reason };
  }
  if (result === "late") {
    const reason = `${functionId} took longer than ${limitMs / 1000} s`;
    return { isOpen: false, status: 504, message: "Endpoint request timed out", reason };
  }
  if (!result.ok) {
    // Lambda that refuses to run is a fault of the gateway; a function that fails is a bad gateway.
    const isThrottled = result.kind === "throttled";
    const reason = isThrottled ? `${functionId} is throttled` : `${functionId} failed`;
    return { isOpen: false, status: isThrottled ? 500 : 502, message: internalError, reason };
  }
  const answer = readProxyResult(result.payload);
  if (answer === null) return badGateway(`${functionId}: ${describeMalformed(result.payload)}`);
  const { statusCode } = answer;
  // A status that is no answer, but says that one will come, cannot be the answer.
  if (statusCode < 200) return badGateway(`${functionId} answered ${statusCode}`);
  if (statusCode >= 200 && statusCode < 300) {
    const protocol = protocolOf(answer.headers);
    // What is no name of a protocol is no header either.
    if (protocol !== null && !isProtocolName(protocol))
      return badGateway(`${functionId}: ${JSON.stringify(protocol)} is not a subprotocol`);
    return { isOpen: true, protocol, authorizer };
  }
  return {
    isOpen: false,
    status: statusCode,
    message: messages[statusCode] ?? "Forbidden",
    reason: `${functionId} answered ${statusCode}`,
  };
}

const internalError = "Internal server error";

function badGateway(reason: string): Verdict {
  return { isOpen: false, status: 502, message: internalError, reason };
}

const messages: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal server error",
};

/** The one header of `$connect` that reaches the client. */
function protocolOf(headers: Readonly<Record<string, unknown>>): string | null {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === "sec-websocket-protocol" && typeof value === "string") return value;
  }
  return null;
}
