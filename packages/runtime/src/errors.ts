/** Every code of this package, with whether a person can mend it. */
const codes = {
  /** Another process listens on the port. */
  ERR_PORT_IN_USE: { isUserError: true },
  /** The port may not be used by this user. */
  ERR_PORT_FORBIDDEN: { isUserError: true },
  /** The host is no address of this machine. */
  ERR_HOST_UNAVAILABLE: { isUserError: true },
  /** The seed file cannot be loaded, or DynamoDB refuses a row of it. */
  ERR_SEED_FAILED: { isUserError: true },
  /** Another process uses the data folder. */
  ERR_DATA_IN_USE: { isUserError: true },
  /** The data folder cannot be written. */
  ERR_DATA_FORBIDDEN: { isUserError: true },
  /** The data folder holds what an earlier version wrote. */
  ERR_DATA_FORMAT: { isUserError: true },
  /** A service of the manifest could not be started. */
  ERR_SERVICE_FAILED: { isUserError: false },
} as const;

export type RuntimeErrorCode = keyof typeof codes;

/** A broken environment of the runtime. Functions' failures are values, not errors. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RuntimeError";
    this.code = code;
  }

  get isUserError(): boolean {
    return codes[this.code].isUserError;
  }
}
