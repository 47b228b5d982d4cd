import type { AwsSettings } from "@arclet/manifest";

/**
 * Format of an API's events and responses: an HTTP API with payload 2.0 or 1.0, or a REST API, whose payload
 * is nearly 1.0.
 */
export type HttpApiKind = "http-2.0" | "http-1.0" | "rest";

/** The kind that `@aws apigateway` names. */
export function httpApiKind(apigateway: AwsSettings["apigateway"]): HttpApiKind {
  if (apigateway === "rest") return "rest";
  return apigateway === "httpv1" ? "http-1.0" : "http-2.0";
}
