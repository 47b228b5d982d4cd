import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemErrorCode } from "@arclet/manifest";
import { CliError } from "../errors.ts";

/** Absolute path of the folder a command works on; refuses what is not a folder or cannot be read. */
export async function existingFolder(folder: string | undefined): Promise<string> {
  const root = resolve(folder ?? ".");
  try {
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw folderError(root, error);
  }
  throw new CliError("ERR_FOLDER", `${root} is a file, not a folder`);
}

/** As above, and makes the folder when there is none. */
export async function createdFolder(folder: string): Promise<string> {
  const root = resolve(folder);
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw folderError(root, error);
  }
  return existingFolder(root);
}

/** What later runs need not do again; may be deleted at any time. */
export function cacheDirectoryOf(root: string): string {
  return join(root, ".arclet", "cache");
}

/** Turns a failure of the file system into what a person can do about it. Our bugs pass through. */
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
  EEXIST: "there is a file of this name, not a folder",
  EISDIR: "this is a folder, not a file",
  ELOOP: "the symbolic links of this path go in circles",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "this name is too long",
};
