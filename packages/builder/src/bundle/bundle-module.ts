import { loadEsbuild } from "../esbuild/load-esbuild.ts";

/** A module to bundle for this machine. */
export interface BundleModuleOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute; JavaScript or TypeScript. */
  readonly entry: string;
  /** Absolute path of the ES module to write. */
  readonly outfile: string;
}

/** Bundles a project's module with the project files it imports. Packages are not bundled. */
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
