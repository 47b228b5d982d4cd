import { readFile, realpath } from "node:fs/promises";
import { extname } from "node:path";
import type { FolderFile } from "../build-folder.ts";
import type { BundlingSettings } from "./bundling-settings.ts";
import { sharedFiles, toFolderFile } from "../copy/traced-files.ts";
import { filesOfPackages, importedPackages } from "../copy/shipped-packages.ts";
import { traceImports } from "../copy/trace-imports.ts";

/** `@architect/views` in a path or in an import that is computed: `join("node_modules", "@architect", "views")`. */
const mention = /@architect(?:\/|["'`]\s*,\s*["'`])(shared|views)/g;
/** Imports of these, which the bundle holds: `from "@architect/shared/names"`. */
const bundledImport = /(?:from|import|import\(|require\()\s*["']@architect\/(?:shared|views)[^"'`]*["']/g;

export interface FoldersByPath {
  /** For the build folder's `node_modules`. */
  readonly files: readonly FolderFile[];
  /** Absolute; whatever appears in them is taken too. */
  readonly folders: readonly string[];
}

/**
 * The shared folders that a function's own sources look for in the file system, where Architect copies
 * them: code that lists them, reads from them, or imports from them by a computed name. What is imported
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
  for (const input of inputs.filter((path) => !/[\\/]node_modules[\\/]/.test(path))) {
    // A file that is gone by now is built again.
    const text = await readFile(input, "utf8").catch(() => "");
    for (const [, name] of text.replaceAll(bundledImport, "").matchAll(mention))
      names.add(`@architect/${name}`);
  }
  const found = await Promise.all(
    [...names].map(async (name) => {
      const folder = alias[name];
      const real = folder === undefined ? null : await realpath(folder).catch(() => null);
      return folder === undefined || real === null ? null : { name, folder, real };
    }),
  );
  const there = found.filter((one) => one !== null);
  const shared = await Promise.all(there.map(({ name, real }) => sharedFiles(name, real)));
  const files = shared.flat();
  return {
    files: [...files, ...(await packagesOf(files, alias))],
    folders: there.map(({ folder }) => folder),
  };
}

/** Packages that modules in the folders import. */
async function packagesOf(
  files: readonly FolderFile[],
  alias: BundlingSettings["alias"],
): Promise<readonly FolderFile[]> {
  const modules = files.flatMap(({ contents }) =>
    contents.kind === "copy" && [".js", ".mjs", ".cjs"].includes(extname(contents.path))
      ? [contents.path]
      : [],
  );
  const traced = await Promise.all(modules.map((path) => traceImports(path, alias)));
  const packages = await importedPackages(traced.flatMap((one) => one.packages));
  return (await filesOfPackages(packages, null)).map(toFolderFile);
}
