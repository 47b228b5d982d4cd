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
