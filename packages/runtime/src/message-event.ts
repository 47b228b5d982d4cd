// Runs in gateway and environments: it must need nothing but the language.

/** What all events of one client at one host share. */
export interface WebSocketClient {
  readonly apiId: string;
  readonly domainName: string;
  readonly stage: string;
  readonly sourceIp: string;
  readonly userAgent: string | null;
}

/** Values an authorizer handed on, and its `principalId`. */
export type AuthorizerContext = { readonly [key: string]: string | number | boolean };

/** What the messages of one client share; those of connections without an authorizer, one object. */
export interface MessageSender {
  readonly client: WebSocketClient;
  readonly authorizer: AuthorizerContext | null;
}

/** What a message has of its own. */
export interface MessageFields {
  readonly routeKey: string;
  readonly messageId: string;
  readonly requestId: string;
  readonly connectionId: string;
  /** Epoch milliseconds, as the next one. */
  readonly connectedAt: number;
  readonly receivedAt: number;
  readonly body: string;
}

export function identityOf(client: WebSocketClient): { userAgent?: string; sourceIp: string } {
  const { userAgent, sourceIp } = client;
  return userAgent === null ? { sourceIp } : { userAgent, sourceIp };
}

/**
 * The MESSAGE event: shape and order of keys are API Gateway's. `requestTime`: `receivedAt` in the common
 * log format. Nothing of it is shared with another event: functions may change theirs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
 */
export function messageEvent(
  { client, authorizer }: MessageSender,
  message: MessageFields,
  requestTime: string,
): object {
  const { routeKey, body } = message;
  const context = contextOf(client, message, requestTime);
  const requestContext =
    authorizer === null
      ? context
      : // Behind the first key; the second time it changes nothing.
        { routeKey, authorizer: { ...authorizer }, ...context };
  return { requestContext, body, isBase64Encoded: false };
}

function contextOf(client: WebSocketClient, message: MessageFields, requestTime: string): object {
  const { stage, domainName, apiId } = client;
  const { routeKey, messageId, requestId, connectionId, connectedAt, receivedAt } = message;
  return {
    routeKey,
    messageId,
    eventType: "MESSAGE",
    extendedRequestId: requestId,
    requestTime,
    messageDirection: "IN",
    stage,
    connectedAt,
    requestTimeEpoch: receivedAt,
    identity: identityOf(client),
    requestId,
    domainName,
    connectionId,
    apiId,
  };
}
