// `npm run vsix`: the VS Code extension as one file, with the language server inside.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createVSIX } from "@vscode/vsce";
import { build } from "esbuild";
import { root } from "./setup.mjs";

const extension = join(root, "packages/vscode");
const schemas = join(root, "packages/language-server/bundle");

/** Bundles the extension and packages it, in a folder of its own; resolves the file. */
export async function packageExtension(packagePath = join(extension, "arclet-vscode.vsix")) {
  const folder = mkdtempSync(join(tmpdir(), "arclet-vsix-"));
  const bundle = join(folder, "bundle");
  try {
    cpSync(extension, folder, { recursive: true, filter: (path) => !/\/src$|\.vsix$/.test(path) });
    cpSync(schemas, bundle, { recursive: true });
    await build({
      absWorkingDir: root,
      entryPoints: {
        extension: join(extension, "src/extension.ts"),
        server: join(root, "packages/language-server/dist/bin.js"),
      },
      outdir: bundle,
      outExtension: { ".js": ".cjs" },
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      minify: true,
      // The client's and the parsers' forms for bundlers.
      mainFields: ["module", "main"],
      external: ["vscode"],
      logLevel: "warning",
    });
    await createVSIX({
      cwd: folder,
      packagePath,
      dependencies: false,
      allowMissingRepository: true,
      skipLicense: true,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return packagePath;
}

if (process.argv[1] === join(root, "scripts/vsix.mjs")) console.log(await packageExtension());
