import type { IncomingMessage } from "node:http";
import type { WebSocketAuthorizer } from "@arclet/manifest";
import type { InvocationResult } from "../../invocation.ts";
import { parseJson } from "../../lambda-events/parse-json.ts";
import type { AuthorizerContext } from "../../message-event.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
export type Authorization =
  | { readonly ok: true; readonly context: AuthorizerContext }
  | {
      readonly ok: false;
      readonly status: 401 | 403 | 500;
      /** For the developer: the client reads no more than the status. */
      readonly reason: string;
    };

/** Whether every identity source is there; otherwise the handshake is refused without a call. */
export function hasIdentity(
  authorizer: WebSocketAuthorizer,
  request: IncomingMessage,
  query: URLSearchParams,
): boolean {
  return authorizer.identitySources.every((source) => {
    const [, kind, name] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
    if (kind === "header") return Boolean(request.headers[(name ?? "").toLowerCase()]);
    if (kind === "querystring") return Boolean(query.get(name ?? ""));
    return true;
  });
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const maximumResultBytes = 8 * 1024;

/** Reads what the authorizer function answered. */
export function readAuthorization(result: InvocationResult, methodArn: string): Authorization {
  if (!result.ok) {
    const isRefusal = result.errorMessage === "Unauthorized" && result.kind === "handled";
    return isRefusal
      ? { ok: false, status: 401, reason: 'the authorizer threw "Unauthorized"' }
      : malformed("the authorizer failed");
  }
  if (Buffer.byteLength(result.payload) > maximumResultBytes)
    return malformed("the authorizer's result is larger than 8 KB");
  const answer = parseJson(result.payload);
  if (!isObject(answer)) return malformed("the authorizer's result is not an object");
  const { principalId, policyDocument, context } = answer;
  if (typeof principalId !== "string")
    return malformed("the authorizer's result has no principalId");
  if (!isObject(policyDocument)) return malformed("the authorizer's result has no policyDocument");
  const values = readContext(context);
  if (values === null) return malformed("the authorizer's context has values that are not flat");
  const effect = evaluate(policyDocument["Statement"], methodArn);
  if (effect === "malformed") return malformed("the authorizer's policy cannot be read");
  if (effect === "deny") return { ok: false, status: 403, reason: "the authorizer denied it" };
  return { ok: true, context: { ...values, principalId } };
}

function malformed(reason: string): Authorization {
  return { ok: false, status: 500, reason };
}

/** Only flat values are allowed; they reach later events as text. */
function readContext(given: unknown): Record<string, string> | null {
  if (given === undefined || given === null) return {};
  if (!isObject(given)) return null;
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === "object" && value !== null) return null;
    values[key] = String(value);
  }
  return values;
}

/** An explicit deny goes before any allow; nothing that matches is a deny. */
function evaluate(given: unknown, methodArn: string): "allow" | "deny" | "malformed" {
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given];
  let isAllowed = false;
  for (const statement of statements) {
    if (!isObject(statement)) return "malformed";
    const actions = listOf(statement["Action"]);
    const resources = listOf(statement["Resource"]);
    const covers =
      actions.some((action) => matches(action.toLowerCase(), "execute-api:invoke")) &&
      resources.some((resource) => matches(resource, methodArn));
    if (!covers) continue;
    if (statement["Effect"] === "Deny") return "deny";
    isAllowed ||= statement["Effect"] === "Allow";
  }
  return isAllowed ? "allow" : "deny";
}

function listOf(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "string");
}

/** Policy wildcards: `*` any text, `?` one character. `prod/` then two stars does not cover `…/prod/$connect`. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
