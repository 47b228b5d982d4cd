import { readFile } from "node:fs/promises";
import { declaredFormat, type ModuleFormat } from "../module-format.ts";

export interface EntryFormat {
  readonly format: ModuleFormat;
  /** Otherwise an ES module may turn out to be CommonJS once it is parsed. */
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
 * The format by syntax, guessed before parsing. Only a text with neither word is CommonJS for certain;
 * the parser has the last word on the others.
 */
async function likelyFormat(entry: string): Promise<ModuleFormat> {
  return /\b(?:import|export)\b/.test(await readFile(entry, "utf8")) ? "esm" : "cjs";
}
