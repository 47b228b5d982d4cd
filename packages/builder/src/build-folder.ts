import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { chmod, copyFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemErrorCode } from "@arclet/manifest";
import { BuildError } from "./errors.ts";
import { hashBytes, type FileHashes } from "./file-hashes.ts";

/** One file of a build folder: generated, or copied from the source folder. */
export interface FolderFile {
  /** Relative to the build folder, with `/`. */
  readonly name: string;
  readonly contents:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    /** Absolute path, and whether its owner may execute it. */
    | { readonly kind: "copy"; readonly path: string; readonly isExecutable: boolean };
}

export interface WrittenFolder {
  /** Hex SHA-256 over names, contents and executable bits. */
  readonly hash: string;
  /** Absolute paths of the files. */
  readonly paths: readonly string[];
}

/**
 * Makes `directory` contain exactly `files`. Each file is replaced by a rename, and only if it differs, so that a
 * process running from the folder never reads a partial file. `last` (the entry, which makes the others
 * reachable) is replaced after all others, and obsolete files are removed at the end. Small files are written
 * synchronously, because the thread pool would take ten times as long; large ones asynchronously.
 *
 * @throws BuildError if the folder cannot be written or the disk is full
 */
export async function writeBuildFolder(
  directory: string,
  files: readonly FolderFile[],
  last: string,
  hashes: FileHashes,
): Promise<WrittenFolder> {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  try {
    const fileHashes = await Promise.all(sorted.map((file) => hashOf(file, hashes)));
    const tasks = sorted.map((file, index) => ({ file, hash: fileHashes[index] ?? "" }));
    mkdirSync(directory, { recursive: true });
    const others = tasks.filter(({ file }) => file.name !== last);
    await Promise.all(others.map(({ file, hash }) => place(directory, file, hash, hashes)));
    for (const { file, hash } of tasks) {
      if (file.name === last) await place(directory, file, hash, hashes);
    }
    await removeOthers(directory, new Set(sorted.map(({ name }) => name)));
    const whole = createHash("sha256");
    for (const { file, hash } of tasks) {
      whole.update(`${file.name}\0${isExecutable(file) ? "x" : ""}${hash}\n`);
    }
    return {
      hash: whole.digest("hex"),
      paths: tasks.map(({ file }) => join(directory, file.name)),
    };
  } catch (error) {
    throw explain(error, directory);
  }
}

async function hashOf({ contents }: FolderFile, hashes: FileHashes): Promise<string> {
  return contents.kind === "bytes" ? hashBytes(contents.bytes) : hashes.of(contents.path);
}

function isExecutable({ contents }: FolderFile): boolean {
  return contents.kind === "copy" && contents.isExecutable;
}

async function place(
  directory: string,
  file: FolderFile,
  hash: string,
  hashes: FileHashes,
): Promise<void> {
  const { name, contents } = file;
  const target = join(directory, name);
  if (await isInPlace(target, hash, isExecutable(file), hashes)) return;
  const folder = dirname(target);
  await makeFolder(directory, dirname(name));
  // Next to the target, so that the rename stays within one file system.
  const draft = join(folder, `.${randomUUID()}.tmp`);
  try {
    if (contents.kind === "bytes") writeFileSync(draft, contents.bytes, { mode: 0o644 });
    else {
      await copyFile(contents.path, draft);
      await chmod(draft, contents.isExecutable ? 0o755 : 0o644);
    }
    await renameOver(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function isInPlace(
  target: string,
  hash: string,
  hasToBeExecutable: boolean,
  hashes: FileHashes,
): Promise<boolean> {
  try {
    const found = statSync(target, { throwIfNoEntry: false });
    if (found === undefined) return false;
    const modeIsRight =
      process.platform === "win32" || ((found.mode & 0o100) !== 0) === hasToBeExecutable;
    return found.isFile() && modeIsRight && (await hashes.of(target)) === hash;
  } catch (error) {
    if (systemErrorCode(error) === "ENOTDIR") return false;
    throw error;
  }
}

/** Creates the folders of `name`. Replaces a file in the place of a folder: `data` became `data/`. */
async function makeFolder(directory: string, name: string): Promise<void> {
  if (name === ".") return;
  try {
    mkdirSync(join(directory, name), { recursive: true });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "EEXIST" && code !== "ENOTDIR") throw error;
    let path = directory;
    for (const part of name.split("/")) {
      path = join(path, part);
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) await rm(path);
    }
    mkdirSync(join(directory, name), { recursive: true });
  }
}

/** Replaces a folder in the place of a file: `data/` became `data`. */
async function renameOver(draft: string, target: string): Promise<void> {
  try {
    renameSync(draft, target);
  } catch (error) {
    if (systemErrorCode(error) !== "EISDIR") throw error;
    await rm(target, { recursive: true });
    renameSync(draft, target);
  }
}

async function removeOthers(directory: string, names: ReadonlySet<string>): Promise<void> {
  const folders = new Set<string>();
  for (const name of names) {
    for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
      folders.add(name.slice(0, end));
    }
  }
  const removeIn = async (folder: string): Promise<void> => {
    const entries = readdirSync(join(directory, folder), { withFileTypes: true });
    await Promise.all(
      entries.map(async (entry) => {
        const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (names.has(name)) return;
        if (entry.isDirectory() && folders.has(name)) await removeIn(name);
        else await rm(join(directory, name), { recursive: true, force: true });
      }),
    );
  };
  await removeIn("");
}

function explain(error: unknown, directory: string): unknown {
  switch (systemErrorCode(error)) {
    case "EACCES":
    case "EPERM":
    case "EROFS": {
      const path = error instanceof Error && "path" in error ? String(error.path) : directory;
      const isSource = !path.startsWith(directory) && !directory.startsWith(path);
      return isSource
        ? new BuildError(
            "ERR_SOURCE_UNREADABLE",
            `${path} cannot be read: permission denied. Allow it, and try again`,
            { cause: error },
          )
        : new BuildError(
            "ERR_BUILD_FOLDER_FORBIDDEN",
            `the build folder ${directory} cannot be written: check its owner and permissions`,
            { cause: error },
          );
    }
    case "ENOSPC":
      return new BuildError("ERR_DISK_FULL", `no space left to write ${directory}`, {
        cause: error,
      });
    default:
      return error;
  }
}
