import { dirname, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { packageNameOf } from "./find-package.ts";
import { loadEsbuild } from "../esbuild/load-esbuild.ts";
import { externalImports, type ExternalImport } from "../esbuild/external-imports.ts";

/** Imports of a module and of the project's modules it imports. */
export interface TracedImports {
  readonly packages: readonly ExternalImport[];
  /** Absolute paths of the modules, the entry among them. */
  readonly modules: readonly string[];
  /** Aliases that they import. */
  readonly aliases: ReadonlySet<string>;
}

/**
 * Follows the imports of a module that is not bundled. Node.js reports missing or invalid modules when it loads
 * them.
 */
export async function traceImports(
  entry: string,
  alias: { readonly [specifier: string]: string },
): Promise<TracedImports> {
  const { build } = loadEsbuild();
  const folder = dirname(entry);
  const absolute = (path: string): string => resolve(folder, path);
  const aliases = new Set<string>();
  try {
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      outdir: folder,
      bundle: true,
      platform: "node",
      format: "esm",
      alias: { ...alias },
      plugins: [tracer(Object.keys(alias), aliases)],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    return {
      packages: externalImports(metafile, absolute),
      modules: Object.keys(metafile.inputs).map(absolute),
      aliases,
    };
  } catch (error) {
    if (error instanceof Error && "errors" in error) {
      return { packages: [], modules: [], aliases: new Set() };
    }
    throw error;
  }
}

/** Excludes packages and unresolvable imports, and adds imported aliases to `used`. */
function tracer(aliases: readonly string[], used: Set<string>): Plugin {
  return {
    name: "tracer",
    setup(build) {
      build.onResolve({ filter: /^[^./]/, namespace: "file" }, ({ path, kind }) => {
        const alias = aliases.find((name) => path === name || path.startsWith(`${name}/`));
        if (alias !== undefined) used.add(alias);
        return kind === "entry-point" || alias !== undefined || packageNameOf(path) === null
          ? null
          : { path, external: true };
      });
      build.onResolve({ filter: /^\.\.?(?:\/|$)/, namespace: "file" }, async (given) => {
        const { path, importer, resolveDir, kind } = given;
        const found = await build.resolve(path, {
          importer,
          resolveDir,
          kind,
          namespace: "tracer",
        });
        return found.errors.length > 0 ? { path, external: true } : { path: found.path };
      });
      // Whatever else is imported leads nowhere.
      build.onLoad({ filter: /./, namespace: "file" }, ({ path }) =>
        /\.(?:[cm]?js|json)$/.test(path) ? null : { contents: "", loader: "empty" },
      );
    },
  };
}
