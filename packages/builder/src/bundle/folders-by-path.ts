import { readFile, realpath } from "node:fs/promises";
import { extname } from "node:path";
import type { FolderFile } from "../build-folder.ts";
import type { BundlingSettings } from "./bundling-settings.ts";
import { sharedFiles, toFolderFile } from "../copy/traced-files.ts";
import { filesOfPackages, importedPackages } from "../copy/shipped-packages.ts";
import type { ExternalImport } from "../esbuild/external-imports.ts";
import { traceImports } from "../copy/trace-imports.ts";

/** `@architect/views` in a path or in an import that is computed: `join("node_modules", "@architect", "views")`. */
const mention = /@architect(?:\/|["'`]\s*,\s*["'`])(shared|views)/g;
/** Imports of these, which are bundled: `from "@architect/shared/names"`. */
const bundledImport =
  /(?:from|import|import\(|require\()\s*["']@architect\/(?:shared|views)[^"'`]*["']/g;

/** Architect's own helpers: they look there for single files, which the build folder has anyway. */
const helper = /[\\/]node_modules[\\/]@(?:architect|begin)[\\/]/;

export interface FoldersByPath {
  /** For the build folder's `node_modules`. */
  readonly files: readonly FolderFile[];
  /** Absolute paths of folders; new files in them are included too. */
  readonly folders: readonly string[];
}

/**
 * The shared folders that a function's sources look for in the file system, where Architect copies
 * them; those of a plugin may do so from `node_modules`. Code that lists them, reads from them, or imports from them by a computed name needs the folder. What is imported
 * by name alone is in the bundle, and needs no folder.
 *
 * @param bundle Text of the module.
 * @param inputs Absolute sources of the module.
 */
export async function foldersByPath(
  bundle: string,
  inputs: readonly string[],
  { alias }: Pick<BundlingSettings, "alias">,
): Promise<FoldersByPath> {
  if (bundle.search(mention) === -1) return { files: [], folders: [] };
  const names = new Set<string>();
  for (const input of inputs.filter((path) => !helper.test(path))) {
    // The file was removed, which triggers another build.
    const text = await readFile(input, "utf8").catch(() => "");
    for (const [, name] of text.replaceAll(bundledImport, "").matchAll(mention))
      names.add(`@architect/${name}`);
  }
  const files: FolderFile[] = [];
  const folders: string[] = [];
  const packages: ExternalImport[] = [];
  // Modules of one folder may import from another, which is then added during the loop.
  for (const name of names) {
    const folder = alias[name];
    const real = folder === undefined ? null : await realpath(folder).catch(() => null);
    if (folder === undefined || real === null) continue;
    folders.push(folder);
    const shared = await sharedFiles(name, real);
    files.push(...shared);
    const traced = await Promise.all(modulesAmong(shared).map((path) => traceImports(path, alias)));
    for (const { aliases, packages: imported } of traced) {
      packages.push(...imported);
      for (const one of aliases) names.add(one);
    }
  }
  const shipped = await filesOfPackages(await importedPackages(packages), null);
  return { files: [...files, ...shipped.map(toFolderFile)], folders };
}

function modulesAmong(files: readonly FolderFile[]): readonly string[] {
  return files.flatMap(({ contents }) =>
    contents.kind === "copy" && [".js", ".mjs", ".cjs"].includes(extname(contents.path))
      ? [contents.path]
      : [],
  );
}
