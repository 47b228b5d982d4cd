import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { FolderFile } from "../build-folder.ts";
import { findPackage, type InstalledPackage } from "./find-package.ts";
import { listFiles, type ListedFile } from "./list-files.ts";
import { declaredFormat, readPackageFacts } from "../module-format.ts";
import { filesOfPackages, importedPackages } from "./shipped-packages.ts";
import { traceImports } from "./trace-imports.ts";

/** Dependencies of an unbundled folder on the project around it. */
export interface TracedFiles {
  /** For the build folder's `node_modules`. */
  readonly files: readonly FolderFile[];
  /** Project modules that it imports by a path outside its folder; they are not shipped. */
  readonly strays: readonly string[];
}

/**
 * Follows a module to the packages and shared folders that it finds above its own folder.
 *
 * @param folder Absolute, without symbolic links.
 * @param entry Absolute path of the folder's module.
 */
export async function traceFiles(
  folder: string,
  entry: string,
  alias: { readonly [specifier: string]: string },
): Promise<TracedFiles> {
  const { packages, modules, aliases } = await traceImports(entry, alias);
  const used = await Promise.all(
    Object.entries(alias)
      .filter(([specifier]) => aliases.has(specifier))
      .map(async ([specifier, path]) => [specifier, await realpath(path)] as const),
  );
  const shared = await Promise.all(used.map((one) => sharedFiles(...one)));
  const needed = [...(await importedPackages(packages)), ...(await declaredPackages(folder))];
  const strays = modules.filter(
    (path) => !isBelow(path, folder) && !used.some(([, target]) => isBelow(path, target)),
  );
  return {
    files: [...(await filesOfPackages(needed, folder)).map(toFolderFile), ...shared.flat()],
    strays: strays.map((path) => relative(folder, path)),
  };
}

/** The files of a shared folder, as the package that functions import it as. */
export async function sharedFiles(
  specifier: string,
  target: string,
): Promise<readonly FolderFile[]> {
  const place = `node_modules/${specifier}`;
  const { files: listed } = await listFiles(target, (name) => !name.startsWith("."));
  const files = listed.map((file) => toFolderFile({ ...file, name: `${place}/${file.name}` }));
  const hasManifest = listed.some(({ name }) => name === "package.json");
  if (hasManifest || (await declaredFormat(join(target, "module.js"))) !== "esm") return files;
  const bytes = Buffer.from('{ "type": "module" }\n');
  return [...files, { name: `${place}/package.json`, contents: { kind: "bytes", bytes } }];
}

/** Dependencies in the folder's own `package.json`, which may be loaded in ways that cannot be traced. */
async function declaredPackages(folder: string): Promise<readonly InstalledPackage[]> {
  const names = [...((await readPackageFacts(folder))?.dependencies ?? [])];
  const found = await Promise.all(names.map((name) => findPackage(name, folder)));
  return found.filter((one) => one !== null);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder + sep);
}

export function toFolderFile({ name, path, isExecutable }: ListedFile): FolderFile {
  return { name, contents: { kind: "copy", path, isExecutable } };
}
