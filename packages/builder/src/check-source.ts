import { realpath } from "node:fs/promises";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import { checkHandler } from "./bundle/check-handler.ts";
import { entryFormat } from "./bundle/entry-format.ts";
import { isBuildFailure } from "./bundle/bundle-function.ts";
import { toDiagnostic } from "./bundle/message-diagnostic.ts";
import { loadEsbuild } from "./esbuild/load-esbuild.ts";
import { findHandler } from "./find-handler.ts";

/**
 * Reports problems for which Lambda would refuse to load a function, as far as the handler's file shows without
 * bundling: a missing file or export, a handler that is not a function, text that is not JavaScript, and
 * callbacks in runtimes without them.
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
  const broken = await syntaxErrors(found.file, root);
  if (broken.length > 0) return broken;
  return checkHandler({
    entry: await realpath(found.file),
    root: await realpath(root),
    exportPath: found.exportPath,
    runtime: declared.config.runtime,
    isModule: format === "esm",
  });
}

/** What of the handler's file alone cannot be compiled. */
async function syntaxErrors(file: string, root: string): Promise<readonly Diagnostic[]> {
  try {
    await loadEsbuild().build({
      absWorkingDir: root,
      entryPoints: [file],
      bundle: false,
      write: false,
      logLevel: "silent",
    });
    return [];
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return error.errors.map((message) => toDiagnostic(message, "error"));
  }
}
