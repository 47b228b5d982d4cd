import { RuntimeError } from "../errors.ts";

/** For whoever named the folder: what the disk says, and what to do. `use`: for what it was needed. */
export function dataFolderError(dataDirectory: string, cause: unknown, use = ""): RuntimeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    "ERR_DATA_FORBIDDEN",
    `The data folder ${dataDirectory} cannot be written${use}: ${reason}. Allow it, or name another folder with --data`,
    { cause },
  );
}
