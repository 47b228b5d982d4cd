import type { Plugin } from "esbuild";

const isAsked = Symbol("asked by the replacements");

/** Replaces modules, however they are imported. A replacement may import the module it replaces. */
export function replacedModules(replace: { readonly [file: string]: string }): Plugin {
  return {
    name: "replaced-modules",
    setup(build) {
      build.onResolve(
        { filter: /./, namespace: "file" },
        async ({ path, pluginData, ...given }) => {
          if (pluginData === isAsked || given.kind === "entry-point") return null;
          const { importer, resolveDir, kind } = given;
          const found = await build.resolve(path, {
            importer,
            resolveDir,
            kind,
            pluginData: isAsked,
          });
          const replacement = found.errors.length === 0 ? replace[found.path] : undefined;
          return replacement === undefined || replacement === importer
            ? null
            : { path: replacement };
        },
      );
    },
  };
}
