import { maximumPayloadBytes } from "../lambda-limits.ts";
import { reportError, runtimeError, type ErrorReport } from "./error-report.ts";
import { CallbackContext, LambdaContext, type ContextTemplate } from "./lambda-context.ts";
import type { Handler } from "./load-handler.ts";

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, to which the runtime's
// own client adds a hundred bytes.
const ignoredReturnWarning =
  "warning: Lambda ignores what this handler returned and answers null: make it async. (Only from Node.js 24 on does a plain return value count.)\n";

export interface CallOutcome {
  /** The handler's plain return value is lost. `warning` is a line for its log. */
  ignoreReturn(warning: string): void;
  succeed(json: string): void;
  fail(error: ErrorReport): void;
  /**
   * The callback form waits until nothing is left to do: call `go` then. With `mayCallBack` its callback
   * may still come, and an event loop that never runs empty must not make it end before.
   */
  whenIdle(go: () => void, mayCallBack: boolean): void;
}

/**
 * `callback`: up to Node.js 22, a third parameter is a callback and a plain return value is ignored; the
 * runtime reports what crashes the process.
 * `async`: from Node.js 24 on there is no callback, any return value counts, and a crash is an exit.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client, releases 3 and 4
 */
export type CallingConvention = "callback" | "async";

/** Convention of a Lambda runtime identifier such as `nodejs22.x`. */
export function callingConvention(runtime: string): CallingConvention {
  const major = Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 22);
  return major >= 24 ? "async" : "callback";
}

/** The error of a handler that the convention does not allow; null when it may run. */
export function refuseHandler(handler: Handler, convention: CallingConvention): ErrorReport | null {
  if (convention === "callback" || handler.length < 3) return null;
  return runtimeError(
    "Runtime.CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
  );
}

/** `payload`: the event, or its JSON text. Calls the handler once; exactly one of the outcome's methods settles it, unless it never ends. */
export function callHandler(
  handler: Handler,
  payload: string | object,
  requestId: string,
  template: ContextTemplate,
  convention: CallingConvention,
  outcome: CallOutcome,
): void {
  // Whichever of callback, context and promise is first ends it; what comes later is ignored.
  let isFinished = false;
  const finish = (error: unknown, value?: unknown): void => {
    if (isFinished) return;
    isFinished = true;
    if (error !== null && error !== undefined) outcome.fail(reportError(error));
    else settle(value, convention, outcome);
  };
  const succeed = (value: unknown): void => finish(null, value);
  if (convention === "async") {
    const fail = (error: unknown): void => outcome.fail(reportError(error));
    try {
      const event: unknown = typeof payload === "string" ? JSON.parse(payload) : payload;
      const returned = handler(event, new LambdaContext(template, requestId, Date.now()));
      if (isThenable(returned)) returned.then(succeed, fail);
      else succeed(returned);
    } catch (error) {
      fail(error);
    }
    return;
  }
  const callback = (error: unknown, value?: unknown): void => {
    const isError = error !== null && error !== undefined;
    // An error goes out at once; a result waits for the event loop unless the context says otherwise.
    if (isError || !context.callbackWaitsForEmptyEventLoop) finish(error, value);
    else if (!isFinished) {
      isFinished = true;
      outcome.whenIdle(() => settle(value, convention, outcome), false);
    }
  };
  const context = new CallbackContext(template, requestId, Date.now(), finish);
  try {
    const event: unknown = typeof payload === "string" ? JSON.parse(payload) : payload;
    const returned = handler(event, context, callback);
    if (isThenable(returned)) returned.then(succeed, context.fail);
    // Nothing but the callback ends a plain function: without one, it answers null.
    else if (!isFinished) {
      // `context.done` is a callback too.
      const mayCallBack = handler.length > 2 || (handler.length === 2 && returned === undefined);
      const end = (): void => {
        if (!isFinished && returned !== undefined) outcome.ignoreReturn(ignoredReturnWarning);
        finish(null, null);
      };
      outcome.whenIdle(end, mayCallBack);
    }
  } catch (error) {
    callback(error);
  }
}

/**
 * What becomes of an invocation whose promise nothing can settle any more, since the event loop is empty:
 * from Node.js 24 on the process just exits; before, an `async` function fails, and any other one is
 * taken for one that forgot its callback.
 */
export function strandedOutcome(
  handler: Handler,
  convention: CallingConvention,
): ErrorReport | "null" | "exit" {
  if (convention === "async") return "exit";
  if (handler.constructor.name !== "AsyncFunction") return "null";
  return runtimeError(
    "Runtime.NodeJsExit",
    "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
  );
}

function settle(value: unknown, convention: CallingConvention, outcome: CallOutcome): void {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    const type = convention === "async" ? "Runtime.JSONStringifyError" : "Error";
    outcome.fail(runtimeError(type, "Unable to stringify response body"));
    return;
  }
  if (json === undefined) json = "null";
  if (json.length * 3 > maximumPayloadBytes && Buffer.byteLength(json) > maximumPayloadBytes) {
    outcome.fail(
      runtimeError(
        "Function.ResponseSizeTooLarge",
        `Response payload size exceeded maximum allowed payload size (${maximumPayloadBytes} bytes).`,
      ),
    );
    return;
  }
  outcome.succeed(json);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
