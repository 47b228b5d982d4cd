import { CodedError, type CodedErrorOptions } from "@arclet/manifest";

/** Every code of this package, with what it means. */
const codes = {
  ERR_BUILD_FOLDER_FORBIDDEN: "The build folder cannot be written by this user",
  ERR_DISK_FULL: "The disk is full",
  ERR_SOURCE_UNREADABLE: "A source file or folder cannot be read by this user",
  ERR_TOO_MANY_WATCHES:
    "The system's limit of file watches is reached: raise `fs.inotify.max_user_watches`",
  ERR_BUNDLER_ENDED: "The bundler's process was killed from outside",
  ERR_BUILDER_CLOSED: "The builder has been closed",
} as const;

export type BuildErrorCode = keyof typeof codes;

/** Codes of errors that are bugs in Arclet. */
const brokenCodes: ReadonlySet<BuildErrorCode> = new Set([
  "ERR_BUNDLER_ENDED",
  "ERR_BUILDER_CLOSED",
]);

/** An error of the build's environment. Errors in sources are diagnostics. */
export class BuildError extends CodedError<BuildErrorCode> {
  override readonly name = "BuildError";

  constructor(code: BuildErrorCode, message: string, options?: CodedErrorOptions) {
    super(code, message, { ...options, isUserError: !brokenCodes.has(code) });
  }
}
