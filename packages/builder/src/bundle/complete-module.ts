import { resolve } from "node:path";
import { importMetaUrlName } from "./bundle-options.ts";
import type { ModuleFormat } from "../module-format.ts";

export interface ModuleFile {
  /** Relative to the build folder, with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function moduleName(format: ModuleFormat): string {
  return format === "esm" ? "index.mjs" : "index.cjs";
}

/** Absolute paths of the inputs, by esbuild's names. */
export function inputFiles(names: readonly string[], root: string): readonly string[] {
  return names
    .map((path) => path.replace(/^native-module:/, ""))
    .filter((path) => !/^[a-z-]{2,}:/.test(path))
    .map((path) => resolve(root, path));
}

/**
 * Adds declarations of `require` and similar names as the module's first line, if it uses them as free
 * identifiers. A source may declare the same names itself; esbuild renames such declarations exactly if the free
 * identifier is also used.
 */
export function completeModule(
  outputs: readonly { readonly path: string; readonly contents: Uint8Array }[],
  directory: string,
  name: string,
  format: ModuleFormat,
): readonly ModuleFile[] {
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
