import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "@arclet/manifest";

/** What this program kept in a JSON file; null when it was never written, is damaged, or another program's. */
export function readKept(file: string, tool: string): unknown {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as { readonly tool?: unknown };
    return content.tool === tool ? content : null;
  } catch {
    return null;
  }
}

/**
 * Replaces a file as a whole, so that nobody reads half of it. What the system refuses (a full disk, a
 * folder that may not be written) costs work at the next start, and no more: false.
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
