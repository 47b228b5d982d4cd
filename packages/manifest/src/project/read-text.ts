import { readFile } from "node:fs/promises";

export type ReadText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Reads a file that may not exist. */
export async function readText(path: string): Promise<ReadText> {
  try {
    // Remove a byte order mark, which some Windows editors write.
    return { kind: "text", text: (await readFile(path, "utf8")).replace(/^\uFEFF/, "") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    const reasons: Record<string, string> = {
      EACCES: "permission denied",
      EPERM: "permission denied",
      EISDIR: "it is a folder",
    };
    return { kind: "unreadable", reason: reasons[code] ?? (code === "" ? String(error) : code) };
  }
}
