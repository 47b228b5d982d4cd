import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** An installed package. */
export interface InstalledPackage {
  /** `ws`, `@scope/name` */
  readonly name: string;
  /** Absolute, without symbolic links. */
  readonly folder: string;
}

/** Fields of a `package.json` that matter for shipping the package. */
export interface PackageManifest {
  readonly gypfile?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly optionalDependencies?: Readonly<Record<string, unknown>>;
  readonly peerDependencies?: Readonly<Record<string, unknown>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: unknown }>>;
}

/** `ws/lib/x.js` → `ws`; null for paths and for Node's own modules with their scheme. */
export function packageNameOf(specifier: string): string | null {
  return /^(@[^/:\\]+\/[^/:\\]+|[^@./:\\#][^/:\\]*)(?:\/|$)/.exec(specifier)?.[1] ?? null;
}

/** The package that modules of a folder resolve to, in its `node_modules` or those above it. */
export async function findPackage(name: string, from: string): Promise<InstalledPackage | null> {
  for (let place = from; ; place = dirname(place)) {
    try {
      const manifest = await realpath(join(place, "node_modules", name, "package.json"));
      return { name, folder: dirname(manifest) };
    } catch {
      // Not in this folder: continue above.
    }
    if (dirname(place) === place) return null;
  }
}

/** Empty where there is none: a folder below `node_modules` needs none. The bundler reports one that is no JSON. */
export async function readPackageManifest(folder: string): Promise<PackageManifest> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return typeof content === "object" && content !== null ? content : {};
  } catch {
    return {};
  }
}
