import { basename } from "node:path";
import { CliError } from "../errors.ts";

/** Derives a valid app name from a folder's name: letters, digits, `-` and `_`, beginning with a letter, at most 100. */
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

/** @throws CliError for a name that `@app` would refuse, before anything is written. */
export function checkAppName(name: string): void {
  if (/^[a-z][a-z0-9_-]{0,99}$/i.test(name)) return;
  throw new CliError("ERR_USAGE", `"${name}" is not a valid name for an app`, {
    hints: ["Begin with a letter, and use letters, digits, - and _, at most 100 characters."],
  });
}
