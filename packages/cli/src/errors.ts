import { CodedError } from "@arclet/manifest";

/** Every failure a person can fix, with what it means. */
const userErrorCodes = {
  ERR_USAGE: "The command line is not understood",
  ERR_FOLDER: "The project folder cannot be used",
  ERR_MANIFEST: "The manifest or a preferences file has errors",
  ERR_BUILD: "A function does not build",
  ERR_FORMAT: "A file is not formatted or cannot be",
  ERR_PLUGIN: "A plugin cannot be loaded, or one of its hooks failed",
  ERR_DEPLOY_PACKAGE: "@arclet/deploy is not installed",
  ERR_PORT_IN_USE: "Another program listens on the port",
  ERR_LISTEN: "The system refuses the address",
} as const;

export type CliErrorCode = keyof typeof userErrorCodes;

/** A failure the person at the terminal can fix: printed without a stack, exit code 1. */
export class CliError extends CodedError<CliErrorCode> {
  override readonly name = "CliError";
}

/** Whether an error of any package of Arclet is the user's to fix. Each package marks its own. */
export function isUserError(error: unknown): error is CodedError<string> {
  return error instanceof CodedError && error.isUserError;
}
