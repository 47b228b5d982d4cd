import { basename } from "node:path";

/** Name for `@app` out of a folder's: letters, digits, `-`, `_`, begins with a letter, 100 at most. */
export function appNameOf(root: string): string {
  const name = basename(root)
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 100)
    .replace(/-+$/, "");
  return name === "" ? "app" : name;
}
