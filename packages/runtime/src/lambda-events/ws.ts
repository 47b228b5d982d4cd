import { clfTime } from "../clf-time.ts";
import { identityOf, type AuthorizerContext, type WebSocketClient } from "../message-event.ts";
import { toHeaderMaps, toQueryMaps, type HeaderList } from "./request-headers.ts";

// Shapes and key order: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html

/** What all events of one connection share. */
export interface WebSocketIdentity extends WebSocketClient {
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
}

export interface HandshakeEvent {
  readonly connection: WebSocketIdentity;
  readonly headers: HeaderList;
  readonly query: URLSearchParams;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly authorizer: AuthorizerContext | null;
}

/** The `$connect` event. */
export function connectEvent(handshake: HandshakeEvent): string {
  const { connection, requestId, now, authorizer } = handshake;
  return JSON.stringify({
    ...toHeaderMaps(handshake.headers),
    ...toQueryMaps(handshake.query),
    requestContext: {
      routeKey: "$connect",
      ...(authorizer === null ? {} : { authorizer }),
      ...requestContextOf(connection, "CONNECT", requestId, now),
    },
    isBase64Encoded: false,
  });
}

/** The event of a REQUEST authorizer: the handshake, not yet authorized. */
export function authorizerEvent(handshake: HandshakeEvent, methodArn: string): string {
  const { connection, requestId, now, query } = handshake;
  return JSON.stringify({
    type: "REQUEST",
    methodArn,
    ...toHeaderMaps(handshake.headers),
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    ...toQueryMaps(query),
    stageVariables: {},
    requestContext: {
      routeKey: "$connect",
      ...requestContextOf(connection, "CONNECT", requestId, now),
    },
  });
}

function requestContextOf(
  connection: WebSocketIdentity,
  eventType: string,
  requestId: string,
  now: number,
): object {
  return {
    eventType,
    extendedRequestId: requestId,
    requestTime: clfTime(now),
    messageDirection: "IN",
    stage: connection.stage,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: now,
    identity: identityOf(connection),
    requestId,
    domainName: connection.domainName,
    connectionId: connection.connectionId,
    apiId: connection.apiId,
  };
}

/** The `$disconnect` event. */
export function disconnectEvent(
  connection: WebSocketIdentity,
  closing: { readonly code: number; readonly reason: string },
  requestId: string,
  now: number,
  authorizer: AuthorizerContext | null,
): string {
  // These four are all AWS sends once the handshake's headers are gone.
  const headers: HeaderList = [
    ["Host", [connection.domainName]],
    ["x-api-key", [""]],
    ["X-Forwarded-For", [""]],
    ["x-restapi", [""]],
  ];
  return JSON.stringify({
    ...toHeaderMaps(headers),
    requestContext: {
      routeKey: "$disconnect",
      disconnectStatusCode: closing.code,
      ...(authorizer === null ? {} : { authorizer }),
      eventType: "DISCONNECT",
      extendedRequestId: requestId,
      requestTime: clfTime(now),
      messageDirection: "IN",
      disconnectReason: closing.reason,
      stage: connection.stage,
      connectedAt: connection.connectedAt,
      requestTimeEpoch: now,
      identity: identityOf(connection),
      requestId,
      domainName: connection.domainName,
      connectionId: connection.connectionId,
      apiId: connection.apiId,
    },
    isBase64Encoded: false,
  });
}
