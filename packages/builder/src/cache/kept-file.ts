import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "@arclet/manifest";

/** Reads a JSON file of this program's cache; null if it is missing, damaged, or from another version. */
export function readKept(file: string, tool: string): unknown {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as { readonly tool?: unknown };
    return content.tool === tool ? content : null;
  } catch {
    return null;
  }
}

/**
 * Replaces a file atomically. Returns false if the system refuses (disk full, no permission), which only costs
 * time at the next start.
 */
export async function writeKept(file: string, content: string | Uint8Array): Promise<boolean> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, content);
    await rename(draft, file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    await rm(draft, { force: true });
    return false;
  }
}
