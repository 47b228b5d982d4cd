import type { ExternalImport } from "../esbuild/external-imports.ts";
import { realpath } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { lambdaPackages } from "../esbuild/lambda-packages.ts";
import {
  findPackage,
  packageNameOf,
  readPackageManifest,
  type InstalledPackage,
} from "./find-package.ts";
import { listFiles, type ListedFile } from "./list-files.ts";

/** Files needed only to develop or compile a package. */
const neverLoaded =
  /\.(?:md|markdown|map|[cm]?ts|c|cc|cpp|cxx|h|hh|hpp|o|obj|a|gyp|gypi|mk|tlog|pdb|iobj|ipdb)$/i;

/** The packages that imports resolve to. Missing ones may come from the function's layers. */
export async function importedPackages(
  imports: readonly ExternalImport[],
): Promise<readonly InstalledPackage[]> {
  const found = await Promise.all(
    imports.map(async ({ specifier, importer }) => {
      const name = packageNameOf(specifier);
      const isGiven = isBuiltin(specifier) || lambdaPackages.test(specifier);
      return name === null || isGiven ? null : findPackage(name, dirname(importer));
    }),
  );
  return found.filter((one) => one !== null);
}

/**
 * Files of packages and their dependencies, laid out so that each module resolves the same packages as where they
 * are installed: at the top of `node_modules`, or below the dependent if versions differ.
 *
 * @param own folder that is shipped with its own `node_modules`; null if there is none
 */
export async function filesOfPackages(
  packages: readonly InstalledPackage[],
  own: string | null,
): Promise<readonly ListedFile[]> {
  /** Folders by their path in the build folder: `node_modules/a/node_modules/b`. */
  const places = new Map<string, string>();
  const queue: { readonly place: string; readonly folder: string }[] = [];
  const put = async (dependency: InstalledPackage, dependent: string): Promise<void> => {
    const place = await placeFor(dependency, dependent, places, own);
    if (places.has(place)) return;
    places.set(place, dependency.folder);
    queue.push({ place, folder: dependency.folder });
  };
  for (const one of packages) await put(one, "");
  // Breadth first: a package's dependencies are placed before their own dependencies.
  for (let next = queue.shift(); next !== undefined; next = queue.shift())
    for (const dependency of await dependenciesOf(next.folder)) await put(dependency, next.place);

  const shipped = [...places].filter(([, folder]) => own === null || !isInside(folder, own));
  const files = await Promise.all(
    shipped.map(async ([place, folder]) => {
      const listed = await listFiles(folder, (name, isFolder) =>
        isFolder ? !/(?:^|\/)(?:node_modules|\.git)$/.test(name) : !neverLoaded.test(name),
      );
      return listed.files.map((file) => ({ ...file, name: `${place}/${file.name}` }));
    }),
  );
  return files.flat();
}

async function placeFor(
  { name, folder }: InstalledPackage,
  dependent: string,
  places: ReadonlyMap<string, string>,
  own: string | null,
): Promise<string> {
  if (own !== null && isInside(folder, own)) return relative(own, folder).split(sep).join("/");
  for (const above of placesAbove(dependent)) {
    const place = `${above}node_modules/${name}`;
    const there = places.get(place) ?? (own === null ? null : await folderAt(join(own, place)));
    if (there === folder) return place;
    // Another version, which its dependent must not resolve.
    if (there !== null) return `${dependent}/node_modules/${name}`;
  }
  return `node_modules/${name}`;
}

/** `node_modules/a/node_modules/b` → itself, `node_modules/a/`, and the top, where Node.js looks in this order. */
function placesAbove(place: string): readonly string[] {
  const found = [""];
  for (const { index } of place.matchAll(/\/(?=node_modules\/)|$/g))
    if (index > 0) found.unshift(`${place.slice(0, index)}/`);
  return found;
}

/** A package of the folder's own `node_modules`. */
async function folderAt(path: string): Promise<string | null> {
  return realpath(path).catch(() => null);
}

async function dependenciesOf(folder: string): Promise<readonly InstalledPackage[]> {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = await readPackageManifest(folder);
  const names = new Set([
    ...Object.keys(dependencies),
    ...Object.keys(optionalDependencies),
    // Optional peers are shipped only if imported; otherwise they may be a compiler.
    ...Object.keys(peerDependencies).filter(
      (name) => peerDependenciesMeta[name]?.optional !== true,
    ),
  ]);
  // A package that is not installed is optional, or for another platform.
  const found = await Promise.all([...names].map((name) => findPackage(name, folder)));
  return found.filter((one) => one !== null);
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder + sep);
}
