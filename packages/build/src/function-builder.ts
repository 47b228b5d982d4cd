import { existsSync, readFileSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import type { BuildContext, BuildOptions, BuildResult as EsbuildResult, Message } from "esbuild";
import {
  hashContents,
  listFiles,
  readFiles,
  writeFolder,
  type FolderContents,
} from "./build-folder.ts";
import type { BuiltFunction } from "./built-function.ts";
import { diagnosticOf } from "./esbuild-diagnostic.ts";
import { findHandler } from "./find-handler.ts";
import { declaredFormat } from "./module-format.ts";

export interface FunctionBuilderOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute. @default `<root>/.arclet/build` */
  readonly outDirectory?: string;
  /** Import paths that lead elsewhere: `@architect/shared` → a folder. */
  readonly alias?: Readonly<Record<string, string>>;
  /** @default false */
  readonly minify?: boolean;
}

export type BuildResult =
  | {
      readonly ok: true;
      readonly built: BuiltFunction;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Builds functions; what was built before is built again faster. */
export interface FunctionBuilder {
  /** The build folder keeps its last good state when this fails. @throws BuildError */
  build(declared: ProjectFunction): Promise<BuildResult>;
  /** Frees what is kept for rebuilding a function. */
  forget(functionId: string): Promise<void>;
  close(): Promise<void>;
}

interface Kept {
  readonly key: string;
  readonly context: BuildContext<{ metafile: true; write: false }>;
}

/** Lambda provides these, unless a function brings its own. */
const providedByLambda = ["@aws-sdk/*", "@smithy/*"];
/** Settings of the function, not files of it. */
const configPattern =
  /^(?:config\.(?:arc|ya?ml)|\.arc-config|arc(?:-config)?\.(?:json|ya?ml)|arc-config\.ya?ml)$/;
const sourcePattern = /\.(?:[cm]?[jt]s|[jt]sx)$/;

export function createFunctionBuilder(options: FunctionBuilderOptions): FunctionBuilder {
  const { root } = options;
  const outDirectory = options.outDirectory ?? join(root, ".arclet", "build");
  const kept = new Map<string, Kept>();

  async function bundle(
    declared: ProjectFunction,
    file: string,
    format: "esm" | "cjs",
  ): Promise<EsbuildResult<{ metafile: true; write: false }>> {
    const settings = esbuildOptions(declared, file, format, { ...options, outDirectory });
    const key = JSON.stringify(settings);
    const former = kept.get(declared.id);
    if (former?.key === key) return former.context.rebuild();
    await former?.context.dispose();
    // esbuild starts a process of its own: only who builds pays for it.
    const { context: createContext } = await import("esbuild");
    const context = await createContext(settings);
    kept.set(declared.id, { key, context });
    return context.rebuild();
  }

  async function buildNode(
    declared: ProjectFunction,
    file: string,
    exportPath: string,
  ): Promise<BuildResult> {
    const declaredAs = declaredFormat(file, root);
    let format = declaredAs ?? "esm";
    try {
      let result = await bundle(declared, file, format);
      if (declaredAs === null) {
        // As Node does: a file that neither imports nor exports is CommonJS.
        const entry = result.metafile.inputs[relative(root, file).replaceAll("\\", "/")];
        if (entry?.format !== "esm") {
          format = "cjs";
          result = await bundle(declared, file, format);
        }
      }
      const inputs = Object.keys(result.metafile.inputs).map((input) => join(root, input));
      const directory = join(outDirectory, declared.id);
      const copied = await otherFiles(declared.directory, new Set(inputs));
      const contents = new Map(await readFiles(declared.directory, copied));
      for (const output of result.outputFiles) {
        contents.set(relative(directory, output.path).replaceAll("\\", "/"), output.contents);
      }
      const entry = `index${format === "esm" ? ".mjs" : ".cjs"}`;
      const copiedInputs = copied.map((name) => join(declared.directory, name));
      const built = await finish(declared, directory, contents, {
        entry,
        handler: `index.${exportPath}`,
        format,
        inputs: [...inputs, ...copiedInputs],
      });
      return {
        ok: true,
        built,
        diagnostics: result.warnings.map((one) => diagnosticOf(one, "warning")),
      };
    } catch (error) {
      const messages = messagesOf(error);
      if (messages === null) throw error;
      return { ok: false, diagnostics: messages.map((message) => diagnosticOf(message, "error")) };
    }
  }

  /** The folder as it is: other languages, and `bundle false`. */
  async function copy(
    declared: ProjectFunction,
    handler: string,
    entry: string,
  ): Promise<BuildResult> {
    const names = await listFiles(declared.directory, (name) => configPattern.test(name));
    const contents = await readFiles(declared.directory, names);
    const built = await finish(declared, join(outDirectory, declared.id), contents, {
      entry,
      handler,
      format: declaredFormat(join(declared.directory, entry), root) ?? "cjs",
      inputs: names
        .filter((name) => !name.includes("node_modules/"))
        .map((name) => join(declared.directory, name)),
    });
    return { ok: true, built, diagnostics: [] };
  }

  const hashes = new Map<string, string>();

  async function finish(
    declared: ProjectFunction,
    directory: string,
    contents: FolderContents,
    parts: Pick<BuiltFunction, "handler" | "format" | "inputs"> & { readonly entry: string },
  ): Promise<BuiltFunction> {
    const hash = hashContents(contents);
    if (hashes.get(declared.id) !== hash || !existsSync(directory)) {
      await writeFolder(directory, contents);
      hashes.set(declared.id, hash);
    }
    return {
      functionId: declared.id,
      directory,
      sourceDirectory: declared.directory,
      handler: parts.handler,
      entry: join(directory, parts.entry),
      format: parts.format,
      hash,
      inputs: parts.inputs,
    };
  }

  return {
    async build(declared) {
      const found = findHandler(root, declared);
      if (found.kind === "missing") return { ok: false, diagnostics: [found.diagnostic] };
      if (found.kind === "foreign") return copy(declared, found.handler, "");
      if (declared.config.bundle) return buildNode(declared, found.file, found.exportPath);
      return copy(declared, declared.config.handler, relative(declared.directory, found.file));
    },
    async forget(functionId) {
      await kept.get(functionId)?.context.dispose();
      kept.delete(functionId);
      hashes.delete(functionId);
    },
    async close() {
      await Promise.all(Array.from(kept.values(), ({ context }) => context.dispose()));
      kept.clear();
    },
  };
}

function esbuildOptions(
  declared: ProjectFunction,
  file: string,
  format: "esm" | "cjs",
  options: FunctionBuilderOptions & { readonly outDirectory: string },
): BuildOptions & { metafile: true; write: false } {
  const major = /^nodejs(\d+)/.exec(declared.config.runtime)?.[1] ?? "22";
  const isEsm = format === "esm";
  return {
    absWorkingDir: options.root,
    entryPoints: [{ in: file, out: "index" }],
    outdir: join(options.outDirectory, declared.id),
    outExtension: { ".js": isEsm ? ".mjs" : ".cjs" },
    bundle: true,
    platform: "node",
    target: `node${major}`,
    format,
    mainFields: isEsm ? ["module", "main"] : ["main", "module"],
    sourcemap: "linked",
    sourcesContent: true,
    minify: options.minify ?? false,
    external: externals(declared),
    ...(options.alias === undefined ? {} : { alias: { ...options.alias } }),
    loader: { ".node": "copy" },
    logLevel: "silent",
    metafile: true,
    write: false,
    ...(isEsm ? esmShims : {}),
  };
}

/**
 * Bundled CommonJS packages use `require`, `__dirname` and `__filename`, which ESM lacks. The latter two
 * are replaced where they are unbound, so that a function's own `const __dirname` stays its own.
 */
const esmShims = {
  banner: {
    js:
      'import{createRequire as __arcletCreateRequire}from"node:module";' +
      'import{fileURLToPath as __arcletPath}from"node:url";' +
      "const require=__arcletCreateRequire(import.meta.url);" +
      "const __arcletFilename=__arcletPath(import.meta.url);" +
      'const __arcletDirname=__arcletPath(new URL(".",import.meta.url)).replace(/[\\\\/]$/,"");',
  },
  define: { __filename: "__arcletFilename", __dirname: "__arcletDirname" },
};

function externals(declared: ProjectFunction): string[] {
  const own = join(declared.directory, "package.json");
  if (!existsSync(own)) return providedByLambda;
  let dependencies: Record<string, unknown>;
  try {
    const parsed = JSON.parse(readFileSync(own, "utf8")) as {
      dependencies?: Record<string, unknown>;
    };
    dependencies = parsed.dependencies ?? {};
  } catch {
    // esbuild reads the same file and tells what is wrong with it.
    return providedByLambda;
  }
  const bringsOwn = Object.keys(dependencies).some((name) => name.startsWith("@aws-sdk/"));
  return bringsOwn ? [] : providedByLambda;
}

/** What a function may read at run time: everything in its folder that is no source and no setting. */
async function otherFiles(directory: string, inputs: ReadonlySet<string>): Promise<string[]> {
  const names = await listFiles(directory, (name) => {
    const last = basename(name);
    return last === "node_modules" || last.startsWith(".") || configPattern.test(name);
  });
  return names.filter((name) => {
    const isSource = sourcePattern.test(name) || extname(name) === ".map";
    return (
      !isSource &&
      !inputs.has(join(directory, name)) &&
      name !== "package.json" &&
      name !== "package-lock.json"
    );
  });
}

function messagesOf(error: unknown): readonly Message[] | null {
  const hasErrors = typeof error === "object" && error !== null && "errors" in error;
  return hasErrors && Array.isArray(error.errors) ? (error.errors as Message[]) : null;
}
