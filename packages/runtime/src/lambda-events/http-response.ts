import { parseJson } from "./parse-json.ts";

/** A function's result as an HTTP response. */
export interface HttpResult {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer;
}

/**
 * Reads a function's result by the rules of API Gateway. Null: malformed.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function readHttpResult(payload: string, version: "1.0" | "2.0"): HttpResult | null {
  const result = parseJson(payload);
  if (result === undefined) return null;
  if (!isObject(result) || (!("statusCode" in result) && !isShorthand(result))) {
    return version === "2.0" ? inferred(result) : null;
  }
  const status = statusOf(result["statusCode"] ?? 200);
  if (status === null) return null;
  const headers: [string, string][] = [];
  // The `type` of the early Architect shorthand `{ type, body }`; an explicit header goes before it.
  if (typeof result["type"] === "string") headers.push(["content-type", result["type"]]);
  readHeaders(result["headers"], headers);
  readHeaders(result["multiValueHeaders"], headers);
  if (Array.isArray(result["cookies"])) {
    for (const cookie of result["cookies"]) headers.push(["set-cookie", String(cookie)]);
  }
  if (!headers.some(([name]) => name === "content-type")) {
    headers.push([
      "content-type",
      version === "2.0" ? "text/plain; charset=utf-8" : "application/json",
    ]);
  }
  const body = bodyOf(result["body"], result["isBase64Encoded"] === true);
  return body === null ? null : { status, headers, body };
}

/** Any JSON value without `statusCode` is the body of a 200. */
function inferred(result: unknown): HttpResult {
  const body = typeof result === "string" ? result : JSON.stringify(result);
  return { status: 200, headers: [["content-type", "application/json"]], body };
}

function isShorthand(result: Record<string, unknown>): boolean {
  return typeof result["type"] === "string" && "body" in result;
}

function statusOf(value: unknown): number | null {
  const status = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599
    ? status
    : null;
}

function readHeaders(given: unknown, into: [string, string][]): void {
  if (!isObject(given)) return;
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    // The transport sets these; a function's own would corrupt the message.
    if (key === "content-length" || key === "transfer-encoding" || key === "connection") continue;
    const values = Array.isArray(value) ? value : [value];
    if (key !== "set-cookie") {
      for (let index = into.length - 1; index >= 0; index--) {
        if (into[index]?.[0] === key) into.splice(index, 1);
      }
    }
    for (const one of values) {
      if (one !== null && one !== undefined) into.push([key, String(one)]);
    }
  }
}

function bodyOf(body: unknown, isBase64: boolean): string | Buffer | null {
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return isBase64 ? Buffer.from(body, "base64") : body;
  if (typeof body === "number" || typeof body === "boolean") return String(body);
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
