import { createRequire } from "node:module";
import type * as Esbuild from "esbuild";

/**
 * esbuild, loaded by whoever builds first: it starts a process of its own, for which others do not pay.
 * Required, not imported: to import this CommonJS module of 90 kB, Node.js 20 looks through it for the
 * names it exports, which takes four times as long.
 */
export function loadEsbuild(): typeof Esbuild {
  return createRequire(import.meta.url)("esbuild") as typeof Esbuild;
}

/** Starts esbuild's process, which the first bundle otherwise waits for. */
export async function startCompiler(): Promise<void> {
  await loadEsbuild().transform("");
}
