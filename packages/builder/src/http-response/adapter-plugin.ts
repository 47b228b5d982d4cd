import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import type { Plugin } from "esbuild";
import type { ModuleFormat } from "../module-format.ts";

const namespace = "arclet-http";

/**
 * Name of the entry that takes the place of a handler's file and adapts its handler.
 *
 * @param exportPath Export path in the handler string: `handler`, `nested.handler`.
 * @param name Of the file, relative to the project.
 */
export function adaptedEntry(exportPath: string, name: string): string {
  return `${namespace}:${exportPath}:${name}`;
}

/**
 * Generates entries that re-export a handler's file with the handler wrapped. Results become complete responses
 * inside the function, so that the local code equals the deployed code.
 *
 * @param root Absolute.
 */
export function adapterPlugin(root: string, format: ModuleFormat): Plugin {
  return {
    name: "http-response",
    setup(build) {
      let adapter: Promise<string> | null = null;
      build.onResolve({ filter: /^arclet-http:/ }, ({ path }) => ({
        path: path.slice(namespace.length + 1),
        namespace,
      }));
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const [exportPath = "", ...name] = path.split(":");
        const file = resolve(root, name.join(":"));
        const last = entryLines(`./${basename(file)}`, exportPath.split("."), format);
        adapter ??= readAdapter();
        const contents = `${await adapter}\n${last}`;
        return { contents, loader: "js", resolveDir: dirname(file) };
      });
    },
  };
}

function entryLines(
  specifier: string,
  [name = "handler", ...path]: readonly string[],
  format: ModuleFormat,
): string {
  const file = JSON.stringify(specifier);
  if (format === "cjs") {
    return `module.exports = adaptExport(require(${file}), ${JSON.stringify([name, ...path])});`;
  }
  return `import * as source from ${file};
export * from ${file};
const adapted = adaptExport(Reflect.get(source, ${JSON.stringify(name)}), ${JSON.stringify(path)});
export { adapted as ${JSON.stringify(name)} };`;
}

/** The adapter made small by scripts/bundle.mjs, to be the beginning of an entry. */
function readAdapter(): Promise<string> {
  const file = createRequire(import.meta.url).resolve("@arclet/builder/http-response");
  return readFile(file, "utf8");
}
