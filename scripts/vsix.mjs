// `npm run vsix`: the VS Code extension as one file, with the language server inside.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createVSIX } from "@vscode/vsce";
import { build } from "esbuild";
import { root } from "./setup.mjs";

const extension = join(root, "packages/vscode");
const bundle = join(extension, "bundle");

/** Bundles the extension and packages it; resolves the file. */
export async function packageExtension(packagePath = join(extension, "arclet-vscode.vsix")) {
  rmSync(bundle, { recursive: true, force: true });
  mkdirSync(bundle, { recursive: true });
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
  copyFileSync(
    join(root, "packages/language-server/bundle/arc.schema.json"),
    join(bundle, "arc.schema.json"),
  );
  await createVSIX({
    cwd: extension,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  return packagePath;
}

if (process.argv[1] === join(root, "scripts/vsix.mjs")) console.log(await packageExtension());
