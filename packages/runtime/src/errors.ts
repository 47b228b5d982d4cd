import { CodedError, type CodedErrorOptions } from "@arclet/manifest";

/** Every code of this package, with what it means. */
const codes = {
  ERR_PORT_IN_USE: "Another process listens on the port",
  ERR_PORT_FORBIDDEN: "This user may not listen on the port",
  ERR_HOST_UNAVAILABLE: "The host is not an address of this machine",
  ERR_SEED_FAILED: "The seed file cannot be loaded, or DynamoDB refuses a row of it",
  ERR_DATA_IN_USE: "Another process uses the data folder",
  ERR_DATA_FORBIDDEN: "The data folder cannot be written",
  ERR_DATA_FORMAT: "The data folder was written by an earlier version",
  ERR_SERVICE_FAILED: "A service of the manifest could not be started",
} as const;

export type RuntimeErrorCode = keyof typeof codes;

/** Codes of errors that are bugs in Arclet. */
const brokenCodes: ReadonlySet<RuntimeErrorCode> = new Set(["ERR_SERVICE_FAILED"]);

/** A broken environment of the runtime. Functions' failures are values, not errors. */
export class RuntimeError extends CodedError<RuntimeErrorCode> {
  override readonly name = "RuntimeError";

  constructor(code: RuntimeErrorCode, message: string, options?: CodedErrorOptions) {
    super(code, message, { ...options, isUserError: !brokenCodes.has(code) });
  }
}
