import { CodedError } from "@arclet/manifest";

/** Codes of the errors a user can fix, with their meaning. */
const userErrorCodes = {
  ERR_USAGE: "The command line is not valid",
  ERR_FOLDER: "The project folder cannot be used",
  ERR_MANIFEST: "The manifest or a preferences file has errors",
  ERR_BUILD: "A function does not build",
  ERR_FORMAT: "A file is not formatted, or cannot be",
  ERR_PLUGIN: "A plugin cannot be loaded, or one of its hooks failed",
  ERR_DEPLOY_PACKAGE: "@arclet/deploy is not installed",
  ERR_PORT_IN_USE: "Another program listens on the port",
  ERR_LISTEN: "The system refuses the address",
} as const;

export type CliErrorCode = keyof typeof userErrorCodes;

/** An error the user can fix: printed without a stack trace, exit code 1. */
export class CliError extends CodedError<CliErrorCode> {
  override readonly name = "CliError";
}

/** Whether an error of any Arclet package is one the user can fix. Each package marks its own. */
export function isUserError(error: unknown): error is CodedError<string> {
  return error instanceof CodedError && error.isUserError;
}
