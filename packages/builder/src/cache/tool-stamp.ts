import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { FileStamps } from "./file-stamps.ts";

/**
 * Identifies the program's version. It changes when this package, its bundle or esbuild is reinstalled or rebuilt.
 * Caches of another version are not used.
 */
export function toolStamp(): string {
  const stamps = new FileStamps();
  const own = fileURLToPath(import.meta.url);
  const esbuild = createRequire(import.meta.url).resolve("esbuild/package.json");
  return [own, stamps.of(own), esbuild, stamps.of(esbuild)].join("\n");
}
