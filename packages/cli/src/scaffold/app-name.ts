import { basename } from "node:path";
import { CliError } from "../errors.ts";

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

/** @throws CliError for what `@app` would refuse; asked before anything is written. */
export function checkAppName(name: string): void {
  if (/^[a-z][a-z0-9_-]{0,99}$/i.test(name)) return;
  throw new CliError("ERR_USAGE", `"${name}" is not a name for an app`, {
    hints: ["Letters, digits, - and _; begins with a letter; 100 at most."],
  });
}
