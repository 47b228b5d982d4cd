import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemErrorCode } from "@arclet/manifest";
import { CliError } from "../errors.ts";

/** Absolute path of the folder a command works on. Throws if it is not a readable folder. */
export async function existingFolder(folder: string | undefined): Promise<string> {
  const root = resolve(folder ?? ".");
  try {
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw folderError(root, error);
  }
  throw new CliError("ERR_FOLDER", `${root} is a file, not a folder`);
}

/** Like `existingFolder`, and creates the folder if it is missing. */
export async function createdFolder(folder: string): Promise<string> {
  const root = resolve(folder);
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw folderError(root, error);
  }
  return existingFolder(root);
}

/** Folder for caches of later runs. It may be deleted at any time. */
export function cacheDirectoryOf(root: string): string {
  return join(root, ".arclet", "cache");
}

/** Converts a file system error to one with a remedy. Other errors, which are bugs, are returned unchanged. */
export function folderError(path: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  const message = code === null ? undefined : messages[code];
  return message === undefined
    ? error
    : new CliError("ERR_FOLDER", `${path}: ${message}`, { cause: error });
}

const messages: { readonly [code: string]: string } = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of this path is a file, not a folder",
  EEXIST: "this is a file, not a folder",
  EISDIR: "this is a folder, not a file",
  ELOOP: "the symbolic links of this path form a loop",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "this name is too long",
};
