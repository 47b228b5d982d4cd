import { lambdaPackages } from "../esbuild/lambda-packages.ts";
import type { BuildOptions as EsbuildOptions, Plugin } from "esbuild";
import { join, relative } from "node:path";
import type { ModuleFormat } from "../module-format.ts";
import { adaptedEntry, adapterPlugin } from "../http-response/adapter-plugin.ts";
import { folderAliases } from "./folder-aliases.ts";
import { replacedModules } from "./replaced-modules.ts";
import { nativePackagesPlugin } from "./native-packages.ts";

export interface BundleSettings {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** Absolute path of the file that holds the handler. */
  readonly entry: string;
  /** Absolute path of the bundle, ending in `.mjs` or `.cjs`. */
  readonly outfile: string;
  readonly format: ModuleFormat;
  /** Lambda runtime identifier. */
  readonly runtime: string;
  /** What the function's own `package.json` depends on. */
  readonly dependencies: ReadonlySet<string>;
  readonly alias: { readonly [specifier: string]: string };
  /** Leaves version 2 of the AWS SDK where it is installed. */
  readonly keepsOlderAwsSdk: boolean;
  readonly minify: boolean;
  readonly replace: { readonly [file: string]: string };
  /** Export path of an HTTP function's handler, which is wrapped to complete its results; null for other functions. */
  readonly adapts: string | null;
  /** Keeps native packages out of the bundle, to ship them next to it. */
  readonly keepsNativePackages: boolean;
  /** Absolute folders of packages that are left out like native ones. */
  readonly keptPackages: readonly string[];
}

/** Identifier that replaces `import.meta.url` in a CommonJS bundle. */
export const importMetaUrlName = "__arclet_import_meta_url";

export function createBundleOptions(settings: BundleSettings): EsbuildOptions & {
  readonly metafile: true;
  readonly write: false;
} {
  const { root, outfile, format } = settings;
  const aliases = folderAliases(root, settings.alias);
  const declared = [...settings.dependencies].filter((name) => lambdaPackages.test(name));
  return {
    absWorkingDir: root,
    entryPoints: [entryName(settings)],
    outfile,
    bundle: true,
    platform: "node",
    format,
    target: nodeTarget(settings.runtime),
    // In bundled dependencies, these names refer to the original file, but there is only one file.
    define:
      format === "esm"
        ? { __dirname: "import.meta.dirname", __filename: "import.meta.filename" }
        : {
            "import.meta.url": importMetaUrlName,
            "import.meta.dirname": "__dirname",
            "import.meta.filename": "__filename",
          },
    external: declared.length === 0 ? ["@aws-sdk/*", "@smithy/*"] : [],
    plugins: [
      ...(declared.length === 0 ? [] : [lambdaPackagesPlugin(declared)]),
      adapterPlugin(root, format),
      ...(Object.keys(settings.replace).length === 0 ? [] : [replacedModules(settings.replace)]),
      ...(aliases === null ? [] : [aliases]),
      olderAwsSdkPlugin(settings.keepsOlderAwsSdk),
      ...(settings.keepsNativePackages || settings.keptPackages.length > 0
        ? [nativePackagesPlugin(settings.keptPackages)]
        : []),
      nativeModules,
    ],
    loader: {
      ".html": "text",
      ".md": "text",
      ".sql": "text",
      ".css": "text",
      ".svg": "text",
      ".wasm": "binary",
    },
    assetNames: "[name]-[hash]",
    sourcemap: "linked",
    sourcesContent: true,
    charset: "utf8",
    minify: settings.minify,
    metafile: true,
    write: false,
    logLevel: "silent",
  };
}

/** Name of the module that is bundled, as esbuild knows it. */
export function entryName(settings: Pick<BundleSettings, "root" | "entry" | "adapts">): string {
  const name = sourceName(settings);
  return settings.adapts === null ? name : adaptedEntry(settings.adapts, name);
}

/** Name of the handler's file, as esbuild knows it. */
export function sourceName({ root, entry }: Pick<BundleSettings, "root" | "entry">): string {
  return relative(root, entry).replaceAll("\\", "/");
}

/** `nodejs22.x` → `node22`; any runtime of an unknown number counts as the oldest that Lambda offers. */
function nodeTarget(runtime: string): string {
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  return `node${major ?? "20"}`;
}

/**
 * If a function declares one of Lambda's packages, its own version is bundled with all dependencies, so that
 * versions do not mix. Other packages of Lambda are not bundled.
 */
function lambdaPackagesPlugin(declared: readonly string[]): Plugin {
  return {
    name: "lambda-packages",
    setup(build) {
      build.onResolve({ filter: lambdaPackages }, ({ path, importer }) => {
        const isDeclared = declared.some((name) => path === name || path.startsWith(`${name}/`));
        const isOfDeclared = /[\\/]node_modules[\\/]@(?:aws-sdk|smithy)[\\/]/.test(importer);
        return isDeclared || isOfDeclared ? null : { path, external: true };
      });
    },
  };
}

/**
 * Version 2 of the SDK, which older runtimes included. Packages use it as a fallback, so it is an error only if
 * a function's own sources import it and it is not installed.
 */
function olderAwsSdkPlugin(isKept: boolean): Plugin {
  const namespace = "older-aws-sdk";
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^aws-sdk(?:\/|$)/, namespace: "file" }, async (given) => {
        const { path, importer, resolveDir, kind } = given;
        const isOptional = /[\\/]node_modules[\\/]/.test(importer);
        const found = await build.resolve(path, { importer, resolveDir, kind, namespace });
        if (found.errors.length > 0) return isOptional ? { path, external: true } : null;
        return isKept ? { path: found.path, external: true } : found;
      });
    },
  };
}

/** Copies `.node` files next to the bundle and loads them with `require`, the only way to load them. */
const nativeModules: Plugin = {
  name: "native-modules",
  setup(build) {
    build.onResolve({ filter: /\.node$/, namespace: "file" }, async (given) => {
      const found = await build.resolve(given.path, {
        resolveDir: given.resolveDir,
        importer: given.importer,
        kind: given.kind,
        namespace: "native-path",
      });
      if (found.errors.length > 0 || found.external) return found;
      return { path: found.path, namespace: "native-module" };
    });
    build.onLoad({ filter: /\.node$/, namespace: "native-module" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: "js",
      resolveDir: join(path, ".."),
    }));
    build.onResolve({ filter: /\.node$/, namespace: "native-module" }, ({ path }) => ({
      path,
      namespace: "file",
    }));
    build.initialOptions.loader = { ...build.initialOptions.loader, ".node": "copy" };
  },
};
