import { resolve } from "node:path";
import type { BuildContext, BuildFailure } from "esbuild";
import type { Diagnostic } from "@arclet/manifest";
import { createBundleOptions, sourceName, type BundleSettings } from "./bundle-options.ts";
import { completeModule, inputFiles, moduleName, type ModuleFile } from "./complete-module.ts";
import { entryFormat } from "./entry-format.ts";
import { sourcesOfFailure, type FailedSources } from "./failed-sources.ts";
import { loadEsbuild } from "../esbuild/load-esbuild.ts";
import { BuildError } from "../errors.ts";
import { toDiagnostic } from "./message-diagnostic.ts";
import type { ModuleFormat } from "../module-format.ts";
import { holdsNativePackage } from "./native-packages.ts";
import { packagesWithFiles } from "./packages-with-files.ts";
import { externalImports, type ExternalImport } from "../esbuild/external-imports.ts";

export interface Bundle {
  readonly format: ModuleFormat;
  /** The module, its source map, and native modules; names are relative to the build folder. */
  readonly files: readonly ModuleFile[];
  /** Absolute. */
  readonly inputs: readonly string[];
  /** Imports of native packages, which are resolved at run time. */
  readonly nativeImports: readonly ExternalImport[];
}

export type BundleResult =
  | { readonly ok: true; readonly bundle: Bundle; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: FailedSources;
    };

/** What to bundle. The source determines the module's format and name. */
export type BundleRequest = Omit<
  BundleSettings,
  "format" | "outfile" | "keepsNativePackages" | "keptPackages"
> & {
  readonly directory: string;
};

type Context = BuildContext<ReturnType<typeof createBundleOptions>>;

/** Bundles one function repeatedly, reusing what esbuild has parsed. Call `bundle` sequentially. */
export class FunctionBundler {
  #context: Context | null = null;
  #contextKey = "";
  /** Known only after bundling. Most functions have none, and detecting them takes time. */
  #hasNativePackages = false;
  /** Absolute folders of packages that read files beside their modules; known in the same way. */
  #keptPackages: readonly string[] = [];

  async bundle(request: BundleRequest): Promise<BundleResult> {
    let result = await this.#bundle(request);
    if (!this.#hasNativePackages && (await mayHoldNativePackage(result))) {
      this.#hasNativePackages = true;
      result = await this.#bundle(request);
    }
    // Once: what such packages need is left out together with them.
    const all = result.ok ? await packagesIn(result.bundle, request.entry) : [];
    const found = all.filter((folder) => !this.#keptPackages.includes(folder));
    if (found.length === 0) return result;
    this.#keptPackages = [...this.#keptPackages, ...found];
    return this.#bundle(request);
  }

  async #bundle(request: BundleRequest): Promise<BundleResult> {
    const { format, isCertain } = await entryFormat(request.entry);
    const first = await this.#run(request, format);
    if (isCertain || !first.ok) return first;
    return first.entryFormat === "cjs" ? this.#run(request, "cjs") : first;
  }

  async close(): Promise<void> {
    const open = this.#context;
    this.#context = null;
    await open?.dispose();
  }

  async #run(
    request: BundleRequest,
    format: ModuleFormat,
  ): Promise<BundleResult & { readonly entryFormat?: ModuleFormat | null }> {
    const name = moduleName(format);
    const settings = {
      ...request,
      format,
      outfile: resolve(request.directory, name),
      keepsNativePackages: this.#hasNativePackages,
      keptPackages: this.#keptPackages,
    };
    const key = JSON.stringify({ ...settings, dependencies: [...request.dependencies] });
    try {
      if (this.#context === null || this.#contextKey !== key) {
        await this.close();
        this.#context = await loadEsbuild().context(createBundleOptions(settings));
        this.#contextKey = key;
      }
      const { outputFiles, metafile, warnings } = await this.#context.rebuild();
      return {
        ok: true,
        bundle: {
          format,
          files: completeModule(outputFiles, request.directory, name, format),
          inputs: inputFiles(Object.keys(metafile.inputs), request.root),
          nativeImports:
            this.#hasNativePackages || this.#keptPackages.length > 0
              ? externalImports(metafile, (path) => resolve(request.root, path))
              : [],
        },
        diagnostics: warnings.map((warning) => toDiagnostic(warning, "warning")),
        entryFormat: metafile.inputs[sourceName(request)]?.format ?? null,
      };
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      if (hasBundlerEnded(error)) {
        // Its contexts are lost; the next bundle starts a new process.
        this.#context = null;
        throw new BuildError(
          "ERR_BUNDLER_ENDED",
          "the bundler's process was killed during a build",
          {
            cause: error,
          },
        );
      }
      return {
        ok: false,
        diagnostics: [
          ...error.errors.map((message) => toDiagnostic(message, "error")),
          ...error.warnings.map((message) => toDiagnostic(message, "warning")),
        ],
        sources: await sourcesOfFailure(createBundleOptions(settings), request.alias),
      };
    }
  }
}

/** Also if bundling failed in a package, because native packages refer to modules that are not installed. */
async function mayHoldNativePackage(result: BundleResult): Promise<boolean> {
  if (result.ok) return holdsNativePackage(result.bundle.inputs);
  return result.diagnostics.some(
    ({ location }) => location?.file.includes("node_modules") === true,
  );
}

export function packagesIn(
  { files, format, inputs }: Bundle,
  entry: string,
): Promise<readonly string[]> {
  const module = files.find(({ name }) => name === moduleName(format));
  const text = Buffer.from(module?.bytes ?? new Uint8Array()).toString("latin1");
  return packagesWithFiles(text, inputs, entry);
}

/** Whether esbuild was killed, by a terminal's signal or by the system. */
function hasBundlerEnded({ errors }: BuildFailure): boolean {
  return errors.some(({ text }) => /^The service (?:was stopped|is no longer running)/.test(text));
}

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
