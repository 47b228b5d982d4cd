import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemErrorCode } from "@arclet/manifest";
import { folderError } from "../project/project-folder.ts";
import type { PlannedFile } from "./project-files.ts";

export interface WrittenFile {
  readonly path: string;
  /** False if the file existed, and was not changed. */
  readonly isNew: boolean;
}

/** Writes missing files. The file system guarantees that none is overwritten (`wx`). */
export async function writeFiles(
  root: string,
  files: readonly PlannedFile[],
): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = [];
  for (const { path, content } of files) {
    const file = join(root, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { flag: "wx" });
      written.push({ path, isNew: true });
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST") throw folderError(file, error);
      written.push({ path, isNew: false });
    }
  }
  return written;
}
