/** Every code of this package, with whether a person can mend it. */
const codes = {
  /** The build folder may not be written by this user. */
  ERR_BUILD_FOLDER_FORBIDDEN: { isUserError: true },
  /** The disk is full. */
  ERR_DISK_FULL: { isUserError: true },
  /** A source file or folder may not be read by this user. */
  ERR_SOURCE_UNREADABLE: { isUserError: true },
  /** The system gives no more file watches: raise `fs.inotify.max_user_watches`. */
  ERR_TOO_MANY_WATCHES: { isUserError: true },
  /** The bundler's process was ended from outside. */
  ERR_BUNDLER_ENDED: { isUserError: false },
  /** The builder was closed before. */
  ERR_BUILDER_CLOSED: { isUserError: false },
} as const;

export type BuildErrorCode = keyof typeof codes;

/** A broken environment of a build. Mistakes in sources are diagnostics, not errors. */
export class BuildError extends Error {
  readonly code: BuildErrorCode;

  constructor(code: BuildErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BuildError";
    this.code = code;
  }

  get isUserError(): boolean {
    return codes[this.code].isUserError;
  }
}

/** The system's code of a failed call (`ENOENT`); null for anything else that was thrown. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}
