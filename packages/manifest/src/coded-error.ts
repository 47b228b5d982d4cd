export interface CodedErrorOptions {
  /** What to do about it, one line each; shown below the message. */
  readonly hints?: readonly string[];
  readonly cause?: unknown;
  /** Whether the user can fix the cause. The command line then shows no stack trace. @default true */
  readonly isUserError?: boolean;
}

/** Base of every package's errors: a code for programs, and a message and hints for people. */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;
  readonly isUserError: boolean;
  readonly hints: readonly string[];

  constructor(
    code: Code,
    message: string,
    { hints = [], cause, isUserError = true }: CodedErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.isUserError = isUserError;
    this.hints = hints;
  }
}

/** `code` of a failed call to the system (`ENOENT`); null for every other thrown value. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}
