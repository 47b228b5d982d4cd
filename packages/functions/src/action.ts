import type { Context, WebSocketMessageEvent, WebSocketResponse } from "./handler-types.ts";
import { validate, type Issue, type StandardSchema } from "./standard-schema.ts";
import { ws } from "./ws.ts";

/** An error sent to the client with its message. Other errors are sent as `INTERNAL`, without their message. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  /** A code of the app's choice. The platform uses `BAD_INPUT` and `INTERNAL`. */
  readonly code: string;

  constructor(code: string, message: string = code) {
    super(message);
    this.code = code;
  }
}

/** Top-level keys of a message that are not part of the input. */
type Reserved = "action" | "requestId" | "type";

/** A handler with typed input and output, from which `arclet types` derives the client's types. */
export interface ActionHandler<Input, Output> {
  (event: WebSocketMessageEvent, context?: Context): Promise<WebSocketResponse>;
  /** Exists only in types. */
  readonly input?: Input;
  /** Exists only in types. */
  readonly output?: Output;
}

type Run<Input, Output> = (input: Input, event: WebSocketMessageEvent) => Output | Promise<Output>;

/**
 * A handler of one action. It receives the message without `action` and `requestId`, and its result is sent to the
 * client: `{ requestId, result }` or `{ requestId, error: { code, message, issues? } }`. To return a
 * result, the route needs `response true`; without it, the answer is sent with a separate post to the connection.
 */
export function action<Input extends object = object, Output = void>(
  run: Run<Input, Output>,
): ActionHandler<Input, Awaited<Output>>;
/** `input` is a schema of zod, valibot, arktype or any other Standard Schema. The handler gets the schema's output. */
export function action<Schema extends StandardSchema, Output = void>(
  options: { readonly input: Schema },
  run: Run<StandardSchema.Output<Schema>, Output>,
): ActionHandler<Omit<StandardSchema.Input<Schema>, Reserved>, Awaited<Output>>;
export function action(
  first: { readonly input: StandardSchema } | Run<object, unknown>,
  second?: Run<object, unknown>,
): ActionHandler<object, unknown> {
  const schema = typeof first === "function" ? null : first.input;
  const run = typeof first === "function" ? first : second;
  if (run === undefined) throw new TypeError("action needs a function");
  return async (event) => {
    const message = readMessage(event.body);
    const requestId = typeof message?.["requestId"] === "string" ? message["requestId"] : undefined;
    const answer = await settle(message, event, schema, run);
    if (requestId === undefined) {
      // The client expects no answer, and API Gateway would send any body.
      return { statusCode: "error" in answer ? statusOf(answer.error.code) : 200 };
    }
    const body = JSON.stringify({ requestId, ...answer });
    if (hasResponse(event.requestContext.routeKey)) return { statusCode: 200, body };
    await ws.send({ id: event.requestContext.connectionId, payload: body }).catch(ignoreGone);
    return { statusCode: 200 };
  };
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly Issue[];
}

type Answer = { readonly result: unknown } | { readonly error: Refusal };

async function settle(
  message: Readonly<Record<string, unknown>> | null,
  event: WebSocketMessageEvent,
  schema: StandardSchema | null,
  run: Run<object, unknown>,
): Promise<Answer> {
  if (message === null) {
    return { error: { code: "BAD_INPUT", message: "The message must be a JSON object" } };
  }
  const { action: _action, requestId: _requestId, ...given } = message;
  try {
    const checked = schema === null ? { value: given } : await validate(schema, given);
    if ("issues" in checked) {
      const words = checked.issues[0]?.message ?? "The input is not valid";
      return { error: { code: "BAD_INPUT", message: words, issues: checked.issues } };
    }
    return { result: (await run(checked.value as object, event)) ?? null };
  } catch (error) {
    if (error instanceof ActionError)
      return { error: { code: error.code, message: error.message } };
    // The message may be secret, so it only goes to the log.
    // oxlint-disable-next-line no-console
    console.error(error);
    return { error: { code: "INTERNAL", message: "The action failed" } };
  }
}

function readMessage(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const message: unknown = JSON.parse(body);
    const isObject = typeof message === "object" && message !== null && !Array.isArray(message);
    return isObject ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Route keys of actions with `response true`, from the environment. */
function hasResponse(routeKey: string): boolean {
  return (process.env["ARC_WS_RESPONSES"] ?? "").split(" ").includes(routeKey);
}

function statusOf(code: string): number {
  return code === "INTERNAL" ? 500 : 400;
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof Error) || error.name !== "GoneException") throw error;
}
