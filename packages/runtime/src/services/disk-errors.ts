/** What the system answers when a disk is full or broken, or a file may not be used. */
const diskCodes: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EDQUOT",
  "EFBIG",
  "EIO",
  "EISDIR",
  "ELOOP",
  "EMFILE",
  "ENFILE",
  "ENOSPC",
  "ENOTDIR",
  "EPERM",
  "EROFS",
]);

/** How every refused write of the data folder begins, in DynamoDB's answers too. */
export const notWritten = "The data folder cannot be written, and nothing was changed";

/** Whether an error comes from the disk, and not from a mistake of this project. */
export function isDiskError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && diskCodes.has(error.code)) || error.message.includes(notWritten);
}
