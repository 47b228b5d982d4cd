/** Every failure a person can mend, with what it means. */
const userErrorCodes = {
  ERR_USAGE: "The command line is not understood",
  ERR_FOLDER: "The project folder cannot be used",
  ERR_MANIFEST: "The manifest or a preferences file has errors",
  ERR_BUILD: "A function does not build",
  ERR_FORMAT: "A file is not formatted or cannot be",
  ERR_PLUGIN: "A plugin cannot be loaded, or one of its hooks failed",
  ERR_PORT_IN_USE: "Another program listens on the port",
  ERR_LISTEN: "The system refuses the address",
} as const;

export type CliErrorCode = keyof typeof userErrorCodes;

/** A failure the person at the terminal can mend: printed without a stack, exit code 1. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  /** What to do about it, one line each; shown below the message. */
  readonly hints: readonly string[];

  constructor(
    code: CliErrorCode,
    message: string,
    options: { readonly hints?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CliError";
    this.code = code;
    this.hints = options.hints ?? [];
  }
}

/** `code` of an error of Node's file system or network; null for any other value. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}

/** Whether an error of any package of Arclet is the user's to mend. Each package marks its own. */
export function isUserError(error: unknown): error is Error {
  if (error instanceof CliError) return true;
  return error instanceof Error && "isUserError" in error && error.isUserError === true;
}
