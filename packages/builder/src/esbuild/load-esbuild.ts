import { createRequire } from "node:module";
import type * as Esbuild from "esbuild";

/**
 * Loads esbuild on first use, because it starts a process. It is loaded with `require`: to import this CommonJS
 * module of 90 kB, Node.js 20 scans it for export names, which takes four times as long.
 */
export function loadEsbuild(): typeof Esbuild {
  return createRequire(import.meta.url)("esbuild") as typeof Esbuild;
}

/** Starts esbuild's process ahead of the first bundle. */
export async function startCompiler(): Promise<void> {
  await loadEsbuild().transform("");
}
