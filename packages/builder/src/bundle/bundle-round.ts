import { join, relative } from "node:path";
import type { Metafile, OutputFile } from "esbuild";
import { isBuildFailure, packagesIn, type Bundle, type BundleRequest } from "./bundle-function.ts";
import { createBundleOptions, entryName, sourceName } from "./bundle-options.ts";
import { completeModule, inputFiles, moduleName } from "./complete-module.ts";
import { entryFormat, type EntryFormat } from "./entry-format.ts";
import { loadEsbuild } from "../esbuild/load-esbuild.ts";
import { holdsNativePackage } from "./native-packages.ts";

/** A function that is being built. */
export interface Participant {
  /** null if it must be bundled alone. */
  bundle(request: BundleRequest): Promise<Bundle | null>;
  /** It will not be bundled in this round, so others do not wait for it. */
  leave(): void;
}

interface Waiting {
  readonly request: BundleRequest;
  readonly entry: EntryFormat;
  readonly settle: (bundle: Bundle | null) => void;
}

/**
 * Bundles functions that are built at the same time together, so that shared modules are parsed once. Each
 * bundle is the same as if bundled alone. If any of them has a message, or is not plain JavaScript, all are
 * bundled alone instead, so that messages are reported for the right function.
 */
export class BundleRound {
  #arriving = 0;
  #waiting: Waiting[] = [];

  enter(): Participant {
    this.#arriving++;
    let isArriving = true;
    const leave = (): void => {
      if (!isArriving) return;
      isArriving = false;
      this.#arriving--;
      if (this.#arriving === 0) this.#start();
    };
    return {
      leave,
      bundle: async (request) => {
        const entry = await entryFormat(request.entry);
        return new Promise((settle) => {
          this.#waiting.push({ request, entry, settle });
          leave();
        });
      },
    };
  }

  #start(): void {
    const groups = new Map<string, Waiting[]>();
    for (const waiting of this.#waiting.splice(0)) {
      const {
        entry: _entry,
        directory: _directory,
        adapts: _adapts,
        dependencies,
        ...settings
      } = waiting.request;
      const key = JSON.stringify([waiting.entry.format, [...dependencies], settings]);
      groups.set(key, [...(groups.get(key) ?? []), waiting]);
    }
    for (const group of groups.values()) {
      bundleTogether(group).then(
        (bundles) => group.forEach(({ settle }, index) => settle(bundles[index] ?? null)),
        // Errors are reported when the functions are bundled alone.
        () => group.forEach(({ settle }) => settle(null)),
      );
    }
  }
}

/** Results in the order of `group`; all null if they cannot be bundled together. */
async function bundleTogether(group: readonly Waiting[]): Promise<readonly (Bundle | null)[]> {
  const [first] = group;
  if (first === undefined || group.length === 1) return [];
  const { root } = first.request;
  if (group.some(({ request: { directory } }) => nameOf(directory, root).startsWith("..")))
    return [];
  const name = moduleName(first.entry.format);
  const { outfile: _outfile, ...options } = createBundleOptions({
    ...first.request,
    format: first.entry.format,
    outfile: name,
    keepsNativePackages: false,
    keptPackages: [],
  });
  const built = await loadEsbuild()
    .build({
      ...options,
      entryPoints: group.map(({ request }) => ({
        in: entryName(request),
        out: `${nameOf(request.directory, root)}/index`,
      })),
      outdir: root,
      outExtension: { ".js": name.slice("index".length) },
    })
    .catch((error: unknown) => {
      if (isBuildFailure(error)) return null;
      throw error;
    });
  if (built === null || built.warnings.length > 0) return [];
  const { metafile, outputFiles } = built;
  const isPlain = outputFiles.every(({ path }) => /\.[cm]js(?:\.map)?$/.test(path));
  const all = inputFiles(Object.keys(metafile.inputs), root);
  if (!isPlain || (await holdsNativePackage(all))) return [];
  const bundles = group.map((waiting) => bundleOf(waiting, metafile, outputFiles));
  // Those that are bundled alone find out which packages to leave out.
  const withFiles = await Promise.all(
    bundles.map(async (bundle, index) =>
      bundle === null ? [] : packagesIn(bundle, group[index]?.request.entry ?? ""),
    ),
  );
  return bundles.map((bundle, index) => (withFiles[index]?.length === 0 ? bundle : null));
}

function bundleOf(
  { request, entry: { format, isCertain } }: Waiting,
  metafile: Metafile,
  outputs: readonly OutputFile[],
): Bundle | null {
  const { root, directory } = request;
  if (!isCertain && metafile.inputs[sourceName(request)]?.format === "cjs") return null;
  const name = moduleName(format);
  const files = outputs.filter(
    ({ path }) => path === join(directory, name) || path === join(directory, `${name}.map`),
  );
  return {
    format,
    files: completeModule(files, directory, name, format),
    inputs: inputFiles(reachableFrom(entryName(request), metafile), root),
    nativeImports: [],
  };
}

/** Names of all inputs reachable from one, including itself. */
function reachableFrom(name: string, { inputs }: Metafile): readonly string[] {
  const found = new Set([name]);
  for (const input of found)
    for (const { path, external } of inputs[input]?.imports ?? [])
      if (external !== true && inputs[path] !== undefined) found.add(path);
  return [...found];
}

function nameOf(path: string, root: string): string {
  return relative(root, path).replaceAll("\\", "/");
}
