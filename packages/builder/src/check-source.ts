import { realpath } from "node:fs/promises";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import { checkHandler } from "./bundle/check-handler.ts";
import { entryFormat } from "./bundle/entry-format.ts";
import { findHandler } from "./find-handler.ts";

/**
 * Reports problems for which Lambda would refuse to load a function, as far as the handler's file shows without
 * bundling: a missing file or export, and callbacks in runtimes without them.
 *
 * @param root Absolute project folder.
 */
export async function checkSource(
  declared: ProjectFunction,
  root: string,
): Promise<readonly Diagnostic[]> {
  const found = await findHandler(declared, root);
  if (found.kind === "missing") return [found.diagnostic];
  if (found.kind === "other") return [];
  const { format } = await entryFormat(found.file);
  return checkHandler({
    entry: await realpath(found.file),
    root: await realpath(root),
    exportPath: found.exportPath,
    runtime: declared.config.runtime,
    isModule: format === "esm",
  });
}
