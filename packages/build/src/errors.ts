/** Every code of this package; all are the person's to mend. */
const titles = {
  ERR_OUTPUT_UNWRITABLE: "The build folder cannot be written",
} as const;

export type BuildErrorCode = keyof typeof titles;

/** A broken environment of the build. Mistakes in functions are diagnostics. */
export class BuildError extends Error {
  readonly code: BuildErrorCode;
  readonly isUserError = true;

  constructor(code: BuildErrorCode, detail: string, options?: ErrorOptions) {
    super(`${titles[code]}: ${detail}`, options);
    this.name = "BuildError";
    this.code = code;
  }
}
