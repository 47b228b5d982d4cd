import { RuntimeError } from "../errors.ts";

const noSpace: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

/** Reports why the folder of `--data` cannot be written, and what to do. `use`: what it was needed for. */
export function dataFolderError(dataDirectory: string, cause: unknown, use = ""): RuntimeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  const remedy = noSpace.has(code) ? "Free some space" : "Fix its permissions";
  return new RuntimeError(
    "ERR_DATA_FORBIDDEN",
    `The data folder ${dataDirectory} cannot be written${use}: ${reason}. ${remedy}, or choose another folder with --data`,
    { cause },
  );
}
