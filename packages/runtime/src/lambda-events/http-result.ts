import { validateHeaderName, validateHeaderValue } from "node:http";
import type { HttpApiKind } from "./http-api-kind.ts";
import { parseJson } from "./parse-json.ts";

/** A function's result as an HTTP response. */
export interface HttpResult {
  readonly ok: true;
  readonly status: number;
  readonly headers: readonly HttpHeader[];
  readonly body: string | Buffer;
  /** The function returned no `statusCode`: its whole result became a JSON body. */
  readonly isInferred: boolean;
}

/** A result that API Gateway refuses, and why, as a continuation of "its result": for the developer. */
export interface MalformedResult {
  readonly ok: false;
  readonly reason: string;
}

type HttpHeader = readonly [name: string, value: string];

/** REST APIs treat a result with any other key as malformed; HTTP APIs ignore such keys. */
const restKeys: ReadonlySet<string> = new Set([
  "statusCode",
  "headers",
  "multiValueHeaders",
  "body",
  "isBase64Encoded",
]);

/** Headers set by the transport; a function's values would corrupt the response. */
const setByTransport: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
]);

/**
 * Reads a function's result by the rules of API Gateway.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
export function readHttpResult(payload: string, kind: HttpApiKind): HttpResult | MalformedResult {
  const result = parseJson(payload);
  if (result === undefined) return malformed("is not JSON");
  if (!isObject(result) || !("statusCode" in result)) {
    return kind === "http-2.0" ? inferred(result) : malformed("is not an object with a statusCode");
  }
  const unknown =
    kind === "rest" ? Object.keys(result).find((key) => !restKeys.has(key)) : undefined;
  if (unknown !== undefined) return malformed(`has the unknown key ${unknown}`);
  const status = statusOf(result["statusCode"]);
  if (status === null) {
    const given = JSON.stringify(result["statusCode"]);
    return malformed(`has the statusCode ${given}, which is not a number from 200 to 599`);
  }
  const body = bodyOf(result["body"], result["isBase64Encoded"] === true);
  if (body === null) return malformed("has a body that is not text: use JSON.stringify");
  const headers = kind === "http-2.0" ? headersOfTwo(result) : headersOfOne(result);
  if (!headers.some(([name]) => name === "content-type")) {
    headers.push([
      "content-type",
      kind === "rest" ? "application/json" : "text/plain; charset=utf-8",
    ]);
  }
  return { ok: true, status, headers, body, isInferred: false };
}

/** For a result whose header Node.js does not send. */
export function unsendableHeader(headers: readonly HttpHeader[]): MalformedResult {
  const found = headers.find(([name, value]) => !isSendable(name, value));
  return malformed(
    found === undefined
      ? "has a header that HTTP does not allow"
      : `has the header ${JSON.stringify(found[0])}, whose name or value HTTP does not allow`,
  );
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function malformed(reason: string): MalformedResult {
  return { ok: false, reason };
}

/** Any JSON value without `statusCode` is the body of a 200. */
function inferred(result: unknown): HttpResult {
  const body = typeof result === "string" ? result : JSON.stringify(result);
  return {
    ok: true,
    status: 200,
    headers: [["content-type", "application/json"]],
    body,
    isInferred: true,
  };
}

function statusOf(value: unknown): number | null {
  const status = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599
    ? status
    : null;
}

/** Payload 2.0 has `cookies`, which come before a `set-cookie` header, and no multi-value headers. */
function headersOfTwo(result: Record<string, unknown>): HttpHeader[] {
  const { cookies } = result;
  const headers: HttpHeader[] = Array.isArray(cookies)
    ? cookies.map((cookie: unknown) => ["set-cookie", String(cookie)])
    : [];
  for (const [name, values] of valuesByName(result["headers"]))
    for (const value of values) headers.push([name, value]);
  return headers;
}

/** Payload 1.0 joins both maps; what is in both is sent once. */
function headersOfOne(result: Record<string, unknown>): HttpHeader[] {
  const values = valuesByName(result["multiValueHeaders"]);
  for (const [name, single] of valuesByName(result["headers"])) {
    values.set(name, [...new Set([...(values.get(name) ?? []), ...single])]);
  }
  return [...values].flatMap(([name, all]) => all.map((value): HttpHeader => [name, value]));
}

/** Header values by lower-case name. If names differ only in case, the last one wins. */
function valuesByName(given: unknown): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  if (!isObject(given)) return byName;
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (setByTransport.has(key)) continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = values.filter((one) => one !== null && one !== undefined).map(String);
    byName.set(key, texts);
  }
  return byName;
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
