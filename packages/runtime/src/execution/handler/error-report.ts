/** What Lambda's runtime reports of an error. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

// Lambda replaces DEL in these fields, since it breaks the transport of headers.
const deletePattern = /\x7f/g;

/** Describes whatever was thrown, as AWS's runtime client does. */
export function reportError(thrown: unknown): ErrorReport {
  if (thrown instanceof Error || isErrorLike(thrown)) {
    return {
      errorType: clean(thrown.name),
      errorMessage: clean(thrown.message),
      trace: thrown.stack === undefined ? [] : clean(thrown.stack).split("\n"),
    };
  }
  return { errorType: typeof thrown, errorMessage: clean(String(thrown)), trace: [] };
}

/** An error of the runtime itself, with the name AWS gives it. */
export function runtimeError(errorType: string, errorMessage: string): ErrorReport {
  return { errorType, errorMessage, trace: [`${errorType}: ${errorMessage}`] };
}

/** How a rejection that nobody handles is reported up to Node.js 22. */
export function reportRejection(reason: unknown): ErrorReport {
  const { errorType, errorMessage, trace } = reportError(reason);
  return {
    errorType: "Runtime.UnhandledPromiseRejection",
    errorMessage: reason instanceof Error ? `${errorType}: ${errorMessage}` : errorMessage,
    trace,
  };
}

/** The end of a runtime, in the words of Lambda's supervisor. `how`: `exit status 1`, `signal: killed`. */
export function exitError(how: string, trace: readonly string[] = []): ErrorReport {
  const errorMessage =
    how === "exit status 0"
      ? "Runtime exited without providing a reason"
      : `Runtime exited with error: ${how}`;
  return { errorType: "Runtime.ExitError", errorMessage, trace };
}

/** Errors of another realm (a `vm` context, say) are no `instanceof Error`. */
function isErrorLike(thrown: unknown): thrown is Error {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "name" in thrown &&
    "message" in thrown &&
    "stack" in thrown &&
    typeof thrown.message === "string"
  );
}

function clean(text: string): string {
  return text.replace(deletePattern, "%7F");
}
