/** API Gateway's quotas. Each can be overridden; `Infinity` disables it. */
export interface Limits {
  /** Bytes of a message. @default 131072 */
  readonly messageBytes: number;
  /** Bytes of a frame a client sends. @default 32768 */
  readonly frameBytes: number;
  /** @default 600000 (10 min) */
  readonly idleMs: number;
  /** @default 7200000 (2 h) */
  readonly connectionMs: number;
  /** Integration timeout of WebSocket routes. @default 29000 */
  readonly webSocketIntegrationMs: number;
  /** Integration timeout of an HTTP API's routes. @default 30000 */
  readonly httpIntegrationMs: number;
  /** Integration timeout of a REST API's routes. @default 29000 */
  readonly restIntegrationMs: number;
  /** New connections per second. @default 500 */
  readonly connectionsPerSecond: number;
  /** Bytes of an HTTP request body. @default 10485760 */
  readonly httpBodyBytes: number;
  /** Bytes of request line and headers. @default 10240 */
  readonly headerBytes: number;
  /** Bytes buffered for a slow client before posts get `LimitExceededException`. @default 1048576 */
  readonly sendBufferBytes: number;
  /**
   * Bytes of one connection's waiting events beyond which its socket is no longer read. An event is the message
   * plus about a kilobyte. @default 524288
   */
  readonly connectionWorkBytes: number;
  /**
   * Bytes of waiting events of all connections and requests. Beyond half of it, sockets with waiting events
   * are no longer read; beyond all of it, messages and requests are refused with
   * `Too Many Requests`. @default 67108864
   */
  readonly workBytes: number;
  /** Milliseconds between pings that find dead peers; `Infinity` for none. @default 30000 */
  readonly pingMs: number;
}

/**
 * Quotas of API Gateway.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 * The send buffer, ping and waiting-work limits are Arclet's: AWS documents no number for the first, and does not have the others.
 */
const quotas: Limits = {
  messageBytes: 128 * 1024,
  frameBytes: 32 * 1024,
  idleMs: 10 * 60_000,
  connectionMs: 2 * 3_600_000,
  webSocketIntegrationMs: 29_000,
  httpIntegrationMs: 30_000,
  restIntegrationMs: 29_000,
  connectionsPerSecond: 500,
  httpBodyBytes: 10 * 1024 * 1024,
  headerBytes: 10_240,
  sendBufferBytes: 1024 * 1024,
  connectionWorkBytes: 512 * 1024,
  workBytes: 64 * 1024 * 1024,
  pingMs: 30_000,
};

export function resolveLimits(given: Partial<Limits> = {}): Limits {
  return Object.freeze({ ...quotas, ...given });
}
