import { parseJson } from "../../lambda-events/parse-json.ts";

/** A function's result for a WebSocket route, checked as strictly as AWS checks it. */
export interface ProxyResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string | null;
}

const allowedKeys: ReadonlySet<string> = new Set([
  "statusCode",
  "headers",
  "multiValueHeaders",
  "body",
  "isBase64Encoded",
]);

const plainSuccess: ProxyResult = Object.freeze({ statusCode: 200, headers: {}, body: null });

/**
 * Null: malformed, which the gateway answers as an integration error. Unknown keys make a result
 * malformed. https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
export function readProxyResult(payload: string): ProxyResult | null {
  if (payload === '{"statusCode":200}') return plainSuccess;
  const fields = parseObject(payload);
  if (fields === null) return null;
  for (const key of Object.keys(fields)) if (!allowedKeys.has(key)) return null;
  const statusCode = statusOf(fields["statusCode"]);
  if (statusCode === null) return null;
  const { body, headers } = fields;
  if (body !== undefined && body !== null && typeof body !== "string") return null;
  const isHeaderMap = typeof headers === "object" && headers !== null && !Array.isArray(headers);
  return {
    statusCode,
    headers: isHeaderMap ? (headers as Record<string, unknown>) : {},
    body: typeof body === "string" ? decode(body, fields["isBase64Encoded"] === true) : null,
  };
}

/** Why `readProxyResult` does not take a result, for the developer: API Gateway says nothing. */
export function describeMalformed(payload: string): string {
  const fields = parseObject(payload);
  if (fields === null) return "its result is not an object with a statusCode";
  const unknown = Object.keys(fields).filter((key) => !allowedKeys.has(key));
  if (unknown.length > 0) return `its result has the unknown key ${unknown.join(", ")}`;
  if (fields["statusCode"] === undefined) return "its result has no statusCode";
  if (statusOf(fields["statusCode"]) === null)
    return `its statusCode ${JSON.stringify(fields["statusCode"])} is not an HTTP status`;
  return "the body of its result is not text";
}

/** A number, or a text that is one, that HTTP knows as a status. */
function statusOf(value: unknown): number | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const status = Number(value);
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : null;
}

function parseObject(payload: string): Record<string, unknown> | null {
  const value = parseJson(payload);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}

function decode(body: string, isBase64: boolean): string {
  return isBase64 ? Buffer.from(body, "base64").toString("utf8") : body;
}
