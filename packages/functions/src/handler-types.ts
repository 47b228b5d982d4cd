// Types of functions' events and results, as API Gateway and Lambda define them.

type Awaitable<Value> = Value | Promise<Value>;
type Headers = Record<string, string | undefined>;

/** Second argument of a handler. */
export interface Context {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

interface WebSocketRequestContext<Type extends string> {
  readonly routeKey: string;
  readonly eventType: Type;
  readonly extendedRequestId: string;
  /** `19/Feb/2024:07:11:42 +0000` */
  readonly requestTime: string;
  readonly messageDirection: "IN";
  readonly stage: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  /** Epoch milliseconds. */
  readonly requestTimeEpoch: number;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
  readonly requestId: string;
  readonly domainName: string;
  readonly connectionId: string;
  readonly apiId: string;
  /** The authorizer's context. */
  readonly authorizer?: Record<string, string>;
}

/** A client wants to connect. Return status 200, or another status to refuse it. */
export interface WebSocketConnectEvent {
  /** Header names as the client sent them: `Origin`, `Cookie`, … */
  readonly headers: Headers;
  readonly multiValueHeaders: Record<string, string[] | undefined>;
  readonly queryStringParameters?: Record<string, string | undefined>;
  readonly multiValueQueryStringParameters?: Record<string, string[] | undefined>;
  readonly requestContext: WebSocketRequestContext<"CONNECT">;
  readonly isBase64Encoded: false;
}

/** A client sent a message. */
export interface WebSocketMessageEvent {
  readonly requestContext: WebSocketRequestContext<"MESSAGE"> & { readonly messageId: string };
  /** The text as sent. */
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** A connection has closed. */
export interface WebSocketDisconnectEvent {
  readonly headers: Headers;
  readonly multiValueHeaders: Record<string, string[] | undefined>;
  readonly requestContext: WebSocketRequestContext<"DISCONNECT"> & {
    readonly disconnectStatusCode: number;
    readonly disconnectReason: string;
  };
  readonly isBase64Encoded: false;
}

/** With other keys, API Gateway treats the result as an error. */
export interface WebSocketResponse {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  /** Sent back only by routes with `response true`. */
  readonly body?: string;
}

export type WebSocketConnectHandler = (
  event: WebSocketConnectEvent,
  context: Context,
) => Awaitable<WebSocketResponse>;
export type WebSocketMessageHandler = (
  event: WebSocketMessageEvent,
  context: Context,
) => Awaitable<WebSocketResponse>;
export type WebSocketDisconnectHandler = (
  event: WebSocketDisconnectEvent,
  context: Context,
) => Awaitable<WebSocketResponse>;

/** Payload format 2.0. */
export interface HttpEvent {
  readonly version: "2.0";
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: string[];
  /** Lower-case names. */
  readonly headers: Headers;
  readonly queryStringParameters?: Record<string, string | undefined>;
  readonly pathParameters?: Record<string, string | undefined>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: string;
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers?: Record<string, string | number | boolean>;
  readonly cookies?: string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * A value that is sent as JSON with status 200. Keys of a response are not allowed, because a response with a
 * misspelled `statusCode` would be such a value.
 */
export type JsonPage = object & {
  readonly [
    Key in
      | "statusCode"
      | "statuscode"
      | "StatusCode"
      | "status_code"
      | "status"
      | "code"
      // Excludes promises, which would also match.
      | "then"
  ]?: never;
};

/**
 * Keys of a response that are misspelt. The result of a function is not checked for keys it does not
 * know, and API Gateway passes over them: headers or cookies would be missing without a word.
 */
export type NoMisspeltKeys = {
  readonly [
    Key in
      | "header"
      | "Headers"
      | "cookie"
      | "Cookies"
      | "Body"
      | "base64Encoded"
      | "isBase64encoded"
      | "IsBase64Encoded"
  ]?: never;
};

export type HttpHandler = (
  event: HttpEvent,
  context: Context,
) => Awaitable<(HttpResponse & NoMisspeltKeys) | JsonPage | string>;

/** From `@events`. */
export interface TopicEvent {
  readonly Records: readonly {
    readonly EventSource: "aws:sns";
    readonly Sns: {
      readonly MessageId: string;
      readonly TopicArn: string;
      /** The published JSON. */
      readonly Message: string;
      readonly Timestamp: string;
    };
  }[];
}

/** From `@queues`. */
export interface QueueEvent {
  readonly Records: readonly {
    readonly messageId: string;
    /** The sent JSON. */
    readonly body: string;
    readonly attributes: Record<string, string>;
    readonly eventSource: "aws:sqs";
    readonly eventSourceARN: string;
  }[];
}

/** Messages of a batch that failed: these come again, the others do not. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** What it returns is passed over, as Lambda does for events. */
export type TopicHandler = (event: TopicEvent, context: Context) => Awaitable<unknown>;

export type QueueHandler = (event: QueueEvent, context: Context) => Awaitable<BatchResponse | void>;

/** From `@scheduled`. */
export interface ScheduledEvent {
  readonly id: string;
  readonly "detail-type": "Scheduled Event";
  readonly source: "aws.events";
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Record<string, never>;
}

/** From `@tables-streams`. Images are in DynamoDB's own notation: `{ id: { S: "1" } }`. */
export interface TableStreamEvent {
  readonly Records: readonly {
    readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
    readonly dynamodb: {
      readonly Keys: Record<string, unknown>;
      readonly NewImage?: Record<string, unknown>;
      readonly OldImage?: Record<string, unknown>;
      readonly SequenceNumber: string;
    };
    readonly eventSourceARN: string;
  }[];
}

/** What it returns is passed over, as Lambda does for events. */
export type ScheduledHandler = (event: ScheduledEvent, context: Context) => Awaitable<unknown>;

export type TableStreamHandler = (
  event: TableStreamEvent,
  context: Context,
) => Awaitable<BatchResponse | void>;
