import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { BuildError } from "./errors.ts";

/** Files of a build folder by their names within it, with forward slashes. */
export type FolderContents = ReadonlyMap<string, Uint8Array>;

/** Hex SHA-256 over names and bytes, in the order of names. */
export function hashContents(contents: FolderContents): string {
  const hash = createHash("sha256");
  for (const name of [...contents.keys()].toSorted()) {
    const bytes = contents.get(name) ?? new Uint8Array();
    hash.update(`${name}\0${bytes.byteLength}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** Makes a folder hold exactly these files. Each appears whole, by renaming; others go afterwards. */
export async function writeFolder(directory: string, contents: FolderContents): Promise<void> {
  try {
    const folders = new Set([directory]);
    for (const name of contents.keys()) folders.add(dirname(join(directory, name)));
    await Promise.all(Array.from(folders, (folder) => mkdir(folder, { recursive: true })));
    await Promise.all(
      Array.from(contents, async ([name, bytes]) => {
        const path = join(directory, name);
        const temporary = `${path}.${randomUUID()}.tmp`;
        await writeFile(temporary, bytes);
        await rename(temporary, path);
      }),
    );
    for (const name of await listFiles(directory)) {
      if (!contents.has(name)) await rm(join(directory, name), { force: true });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BuildError("ERR_OUTPUT_UNWRITABLE", reason, { cause: error });
  }
}

/** Files below a folder, with forward slashes, leaving out what `skips` names. */
export async function listFiles(
  directory: string,
  skips: (name: string) => boolean = () => false,
): Promise<string[]> {
  const names: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(directory, path).replaceAll("\\", "/");
      if (skips(name)) continue;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile() || entry.isSymbolicLink()) names.push(name);
    }
  };
  await visit(directory);
  return names.toSorted();
}

/** Reads files of a folder. */
export async function readFiles(
  directory: string,
  names: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const contents = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name))] as const),
  );
  return new Map(contents);
}
