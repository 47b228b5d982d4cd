import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";

/**
 * Format a file has by Node's rules of names: extension, then the nearest `package.json`.
 * null: neither says, and the syntax decides.
 */
export function declaredFormat(file: string, root: string): "esm" | "cjs" | null {
  const extension = extname(file);
  if (extension === ".mjs" || extension === ".mts") return "esm";
  if (extension === ".cjs" || extension === ".cts") return "cjs";
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) return typeOf(path);
    if (folder === root || folder === dirname(folder)) return null;
  }
}

function typeOf(path: string): "esm" | "cjs" | null {
  try {
    const { type } = JSON.parse(readFileSync(path, "utf8")) as { type?: unknown };
    return type === "module" ? "esm" : type === "commonjs" ? "cjs" : null;
  } catch {
    // A package.json that cannot be read is told by the tools that own it.
    return null;
  }
}
