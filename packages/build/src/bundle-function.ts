import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { BuildContext, BuildFailure, Metafile } from "esbuild";
import type { Diagnostic } from "@arclet/manifest";
import { createBundleOptions, importMetaUrlName, type BundleSettings } from "./bundle-options.ts";
import { loadEsbuild } from "./load-esbuild.ts";
import { toDiagnostic } from "./message-diagnostic.ts";
import { declaredFormat, type ModuleFormat } from "./module-format.ts";
import { externalImports, holdsNativePackage } from "./native-packages.ts";
import type { ExternalImport } from "./shipped-packages.ts";

export interface Bundle {
  readonly format: ModuleFormat;
  /** The module, its source map, and native modules; names are relative to the build folder. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Absolute. */
  readonly inputs: readonly string[];
  /** Imports that native packages are left to answer. */
  readonly nativeImports: readonly ExternalImport[];
}

export type BundleResult =
  | { readonly ok: true; readonly bundle: Bundle; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** What to bundle; the format and the name of the module follow from the source. */
export type BundleRequest = Omit<BundleSettings, "format" | "outfile" | "keepsNativePackages"> & {
  readonly directory: string;
};

type Context = BuildContext<ReturnType<typeof createBundleOptions>>;

/** Bundles one function again and again, keeping what esbuild has parsed. One `bundle` at a time. */
export class FunctionBundler {
  #context: Context | null = null;
  #contextKey = "";
  /** Known only once the function was bundled; most have none, and looking for them costs time. */
  #hasNativePackages = false;

  /** Starts esbuild's process, which the first bundle otherwise waits for. */
  static async prepare(): Promise<void> {
    await loadEsbuild().transform("");
  }

  async bundle(request: BundleRequest): Promise<BundleResult> {
    const result = await this.#bundle(request);
    if (this.#hasNativePackages || !(await mayHoldNativePackage(result))) return result;
    this.#hasNativePackages = true;
    return this.#bundle(request);
  }

  async #bundle(request: BundleRequest): Promise<BundleResult> {
    const declared = await declaredFormat(request.entry);
    const likely = declared ?? (await likelyFormat(request.entry));
    const first = await this.#run(request, likely);
    if (declared !== null || !first.ok || likely === "cjs") return first;
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
    const name = format === "esm" ? "index.mjs" : "index.cjs";
    const settings = {
      ...request,
      format,
      outfile: resolve(request.directory, name),
      keepsNativePackages: this.#hasNativePackages,
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
          inputs: inputsOf(metafile, request.root),
          nativeImports: this.#hasNativePackages
            ? externalImports(metafile, (path) => resolve(request.root, path))
            : [],
        },
        diagnostics: warnings.map((warning) => toDiagnostic(warning, "warning")),
        entryFormat: entryFormatOf(metafile),
      };
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      return {
        ok: false,
        diagnostics: [
          ...error.errors.map((message) => toDiagnostic(message, "error")),
          ...error.warnings.map((message) => toDiagnostic(message, "warning")),
        ],
      };
    }
  }
}

/** Also when it failed in a package: those with native code name modules that are not installed. */
async function mayHoldNativePackage(result: BundleResult): Promise<boolean> {
  if (result.ok) return holdsNativePackage(result.bundle.inputs);
  return result.diagnostics.some(
    ({ location }) => location?.file.includes("node_modules") === true,
  );
}

/**
 * The format by syntax, guessed before parsing. Only a text with neither word is CommonJS for certain;
 * the parser has the last word on the others.
 */
async function likelyFormat(entry: string): Promise<ModuleFormat> {
  return /\b(?:import|export)\b/.test(await readFile(entry, "utf8")) ? "esm" : "cjs";
}

function entryFormatOf(metafile: Metafile): ModuleFormat | null {
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  return metafile.inputs[output?.entryPoint ?? ""]?.format ?? null;
}

function inputsOf(metafile: Metafile, root: string): readonly string[] {
  return Object.keys(metafile.inputs)
    .map((path) => path.replace(/^native-module:/, ""))
    .filter((path) => !/^[a-z-]{2,}:/.test(path))
    .map((path) => resolve(root, path));
}

/**
 * Adds what the module needs of its surroundings as its first line, and only when it needs it: a
 * source may declare the same names itself. esbuild renames such declarations when, and only when, the
 * module also uses the free name, which is when we declare it.
 */
function completeModule(
  outputs: readonly { readonly path: string; readonly contents: Uint8Array }[],
  directory: string,
  name: string,
  format: ModuleFormat,
): Bundle["files"] {
  const files = outputs.map(({ path, contents }) => ({
    name: path.slice(directory.length + 1).replaceAll("\\", "/"),
    bytes: contents,
  }));
  const module = files.find((file) => file.name === name);
  const prelude = module === undefined ? "" : preludeFor(module.bytes, format);
  if (prelude === "") return files;
  return files.map((file) => {
    if (file === module) {
      return { name, bytes: Buffer.concat([Buffer.from(prelude), file.bytes]) };
    }
    if (file.name !== `${name}.map`) return file;
    // One generated line more at the top is one `;` more in the mappings.
    const text = Buffer.from(file.bytes).toString("utf8");
    const at = text.lastIndexOf('"mappings": "') + '"mappings": "'.length;
    return { name: file.name, bytes: Buffer.from(`${text.slice(0, at)};${text.slice(at)}`) };
  });
}

function preludeFor(module: Uint8Array, format: ModuleFormat): string {
  const text = Buffer.from(module.buffer, module.byteOffset, module.byteLength);
  if (format === "esm") {
    // esbuild's own wrapper of `require` tests for it first.
    return text.includes("typeof require")
      ? 'import { createRequire as __arclet_createRequire } from "node:module"; const require = __arclet_createRequire(import.meta.url);\n'
      : "";
  }
  return text.includes(importMetaUrlName)
    ? `const ${importMetaUrlName} = require("node:url").pathToFileURL(__filename).href;\n`
    : "";
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
