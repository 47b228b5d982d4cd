import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { folderError } from "../project/project-folder.ts";

/** Folders of installed packages or generated files. */
const skippedFolders: ReadonlySet<string> = new Set(["node_modules", ".arclet", ".git", "vendor"]);

/** Names of files in the `.arc` language: manifests, function configs, preferences. */
function isArcFile(name: string): boolean {
  return name.endsWith(".arc") || name === ".arc-config";
}

/** The `.arc` files at a path: the file itself, or all in a folder, sorted by name. */
export async function findArcFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const found: string[] = [];
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = join(path, entry.name);
      if (entry.isFile() && isArcFile(entry.name)) found.push(child);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) {
        found.push(...(await findArcFiles(child)));
      }
    }
    return found;
  } catch (error) {
    throw folderError(path, error);
  }
}
