import { clfTime, type ClfTime } from "./clf-time.ts";
import { toHeaderMaps, toQueryMaps, type HeaderList } from "./request-headers.ts";

// Shapes and key order: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html

/** What all events of one client at one host share. */
export interface WebSocketClient {
  readonly apiId: string;
  readonly domainName: string;
  readonly stage: string;
  readonly sourceIp: string;
  readonly userAgent: string | null;
}

/** What all events of one connection share. */
export interface WebSocketIdentity extends WebSocketClient {
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
}

/** Values an authorizer handed on, and its `principalId`. */
export type AuthorizerContext = { readonly [key: string]: string | number | boolean };

function identityOf(client: WebSocketClient): { userAgent?: string; sourceIp: string } {
  const { userAgent, sourceIp } = client;
  return userAgent === null ? { sourceIp } : { userAgent, sourceIp };
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

/**
 * Writes MESSAGE events as text: this runs for every frame, so what does not change is put into text
 * once. Connections of one client to one host share it.
 */
export class MessageEventWriter {
  readonly #time: ClfTime;
  readonly #authorizer: string;
  readonly #stage: string;
  readonly #identity: string;
  readonly #domainName: string;
  readonly #end: string;

  constructor(client: WebSocketClient, authorizer: AuthorizerContext | null, time: ClfTime) {
    this.#time = time;
    this.#authorizer = authorizer === null ? "" : `"authorizer":${JSON.stringify(authorizer)},`;
    this.#stage = `,"messageDirection":"IN","stage":${JSON.stringify(client.stage)},"connectedAt":`;
    this.#identity = `,"identity":${JSON.stringify(identityOf(client))},"requestId":"`;
    this.#domainName = `","domainName":${JSON.stringify(client.domainName)},"connectionId":"`;
    this.#end = `","apiId":${JSON.stringify(client.apiId)}},"body":`;
  }

  /** Ids must be of the gateway's own making: they are not escaped. */
  write(
    { connectionId, connectedAt }: Pick<WebSocketIdentity, "connectionId" | "connectedAt">,
    routeKey: string,
    messageId: string,
    requestId: string,
    now: number,
    body: string,
  ): string {
    return (
      `{"requestContext":{"routeKey":${JSON.stringify(routeKey)},${this.#authorizer}"messageId":"${messageId}",` +
      `"eventType":"MESSAGE","extendedRequestId":"${requestId}","requestTime":"${this.#time.at(now)}"` +
      `${this.#stage}${connectedAt},"requestTimeEpoch":${now}${this.#identity}${requestId}` +
      `${this.#domainName}${connectionId}${this.#end}${JSON.stringify(body)},"isBase64Encoded":false}`
    );
  }
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
