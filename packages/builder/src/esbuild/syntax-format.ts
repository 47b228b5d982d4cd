import { readFile } from "node:fs/promises";
import { loadEsbuild } from "./load-esbuild.ts";
import type { ModuleFormat } from "../module-format.ts";

/**
 * The format of a `.js` file without a declared type, detected by its syntax like Node.js does.
 * A file that does not parse counts as CommonJS: Node.js reports its mistake when it loads it.
 */
export async function syntaxFormat(file: string): Promise<ModuleFormat> {
  const contents = await readFile(file, "utf8");
  const { build } = loadEsbuild();
  try {
    const { metafile } = await build({
      stdin: { contents, sourcefile: "source.js", loader: "js" },
      bundle: true,
      external: ["*"],
      format: "esm",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    return metafile.inputs["source.js"]?.format ?? "cjs";
  } catch {
    return "cjs";
  }
}
