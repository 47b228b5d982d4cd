import type { Limits } from "./options.ts";

/**
 * Quotas of API Gateway.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 * The send buffer and the ping are ours: AWS tells no number for one and has not the other.
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
  pingMs: 30_000,
};

export function resolveLimits(given: Partial<Limits> = {}): Limits {
  return Object.freeze({ ...quotas, ...given });
}
