import { dirname, resolve } from "node:path";
import type { BuildOptions as EsbuildOptions, Plugin } from "esbuild";
import type { MissingSources } from "../built-function.ts";
import { packageNameOf } from "../copy/find-package.ts";
import { targetOf } from "./folder-aliases.ts";
import { loadEsbuild } from "../esbuild/load-esbuild.ts";

/** Sources of a failed bundle. esbuild lists only those of successful bundles. */
export interface FailedSources {
  /** Absolute files. */
  readonly read: readonly string[];
  readonly missing: MissingSources;
}

/**
 * Bundles again to record which files are read and which are missing, because saving one of these may fix the
 * function.
 */
export async function sourcesOfFailure(
  options: EsbuildOptions,
  alias: { readonly [specifier: string]: string },
): Promise<FailedSources> {
  const read = new Set<string>();
  const paths = new Set<string>();
  let hasPackages = false;
  const miss = (specifier: string, folder: string): void => {
    const aliased = targetOf(specifier, alias);
    if (aliased !== null) paths.add(stemOf(aliased));
    else if (packageNameOf(specifier) === null) paths.add(stemOf(resolve(folder, specifier)));
    else hasPackages = true;
  };
  try {
    await loadEsbuild().build({
      ...options,
      plugins: [recorder(read, miss), ...(options.plugins ?? [])],
      write: false,
      logLevel: "silent",
    });
  } catch (error) {
    // It fails again, but its files are now recorded.
    if (!(error instanceof Error && "errors" in error)) throw error;
  }
  return { read: [...read], missing: { paths: [...paths], hasPackages } };
}

/** `./names.js` may be written as `names.ts`. */
function stemOf(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, "").replace(/[/\\]$/, "");
}

const isAsked = Symbol("asked by the recorder");

function recorder(read: Set<string>, miss: (specifier: string, folder: string) => void): Plugin {
  return {
    name: "recorder",
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ path, pluginData, ...given }) => {
        if (pluginData === isAsked || given.kind === "entry-point") return null;
        const { importer, resolveDir, kind, namespace } = given;
        const found = await build.resolve(path, {
          importer,
          resolveDir,
          kind,
          namespace,
          pluginData: isAsked,
        });
        if (found.errors.length === 0) return null;
        miss(path, resolveDir === "" ? dirname(importer) : resolveDir);
        // Continue, so that the other files are read too.
        return { path, external: true };
      });
      build.onLoad({ filter: /./, namespace: "file" }, ({ path }) => {
        read.add(path);
        return null;
      });
    },
  };
}
