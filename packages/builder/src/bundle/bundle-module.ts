import { loadEsbuild } from "../esbuild/load-esbuild.ts";

/** What to bundle into one module that this machine runs. */
export interface BundleModuleOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute; JavaScript or TypeScript. */
  readonly entry: string;
  /** Absolute path of the ES module to write. */
  readonly outfile: string;
}

/** Bundles a module of a project with the project's files it imports; packages stay where they are installed. */
export async function bundleModule({ root, entry, outfile }: BundleModuleOptions): Promise<void> {
  const { build } = loadEsbuild();
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "silent",
  });
}
