import { readFile } from "node:fs/promises";
import { declaredFormat, type ModuleFormat } from "../module-format.ts";

export interface EntryFormat {
  readonly format: ModuleFormat;
  /** Whether the format is certain. Otherwise parsing may show that an ES module is CommonJS. */
  readonly isCertain: boolean;
}

/** The format in which a handler's file is written, before it is parsed. */
export async function entryFormat(entry: string): Promise<EntryFormat> {
  const declared = await declaredFormat(entry);
  if (declared !== null) return { format: declared, isCertain: true };
  const format = await likelyFormat(entry);
  return { format, isCertain: format === "cjs" };
}

/**
 * Guesses the format by syntax. Only text with neither word is certainly CommonJS; parsing decides the
 * rest.
 */
async function likelyFormat(entry: string): Promise<ModuleFormat> {
  return /\b(?:import|export)\b/.test(await readFile(entry, "utf8")) ? "esm" : "cjs";
}
