import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const scripts = new Set([".js", ".mjs", ".cjs", ".py", ".rb"]);

/** Whether the code in a folder has a text. */
export async function names(directory: string, text: string): Promise<boolean> {
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !scripts.has(extname(entry.name))) continue;
    if ((await readFile(join(entry.parentPath, entry.name))).includes(text)) return true;
  }
  return false;
}
