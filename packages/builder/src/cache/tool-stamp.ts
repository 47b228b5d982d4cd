import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { FileStamps } from "./file-stamps.ts";

/**
 * Tells one program from another: it changes when this package, or the bundle it is in, is installed or
 * made again, and with esbuild. What another one kept is not taken.
 */
export function toolStamp(): string {
  const stamps = new FileStamps();
  const own = fileURLToPath(import.meta.url);
  const esbuild = createRequire(import.meta.url).resolve("esbuild/package.json");
  return [own, stamps.of(own), esbuild, stamps.of(esbuild)].join("\n");
}
