import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FileStamps } from "./file-stamps.ts";

/**
 * Tells one program from another: it changes with the code of this package, or of the bundle it is in,
 * and with esbuild's version. What another one kept is not taken.
 */
export function toolStamp(): string {
  const stamps = new FileStamps();
  const here = dirname(fileURLToPath(import.meta.url));
  // Of the package this file is in its subfolder; of a bundle, in the folder of all.
  const folders = [here, dirname(here)];
  const esbuild = createRequire(import.meta.url).resolve("esbuild/package.json");
  return [
    ...folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
    esbuild,
  ]
    .map((path) => stamps.of(path))
    .join("\n");
}
