import { access } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { findPackage, packageNameOf, readPackageManifest } from "../copy/find-package.ts";

/** Packages that find, download or compile the native module of their dependent. */
const finders = new Set([
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "node-pre-gyp",
  "@mapbox/node-pre-gyp",
  "pkg-prebuilds",
  "prebuild-install",
]);
/** `@img/sharp-linux-x64`, `@esbuild/darwin-arm64`: one optional dependency for each machine. */
const machine = /(?:linux|darwin|win32)(?:musl)?[-_.].*(?:x64|arm64)/;

/**
 * Whether a package loads native code at run time, by paths that a bundler cannot see, so that it works only from
 * its own folder.
 */
export async function isNativePackage(folder: string): Promise<boolean> {
  const {
    gypfile,
    dependencies = {},
    optionalDependencies = {},
  } = await readPackageManifest(folder);
  if (gypfile === true || Object.keys(dependencies).some((name) => finders.has(name))) return true;
  if (Object.keys(optionalDependencies).some((name) => machine.test(name))) return true;
  return (await exists(join(folder, "binding.gyp"))) || exists(join(folder, "prebuilds"));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Leaves native packages, and those in the folders of `kept`, out of the bundle, which then asks for
 * them by name.
 */
export function nativePackagesPlugin(kept: readonly string[]): Plugin {
  return {
    name: "native-packages",
    setup(build) {
      const known = new Map<string, Promise<boolean>>();
      build.onResolve({ filter: /^[^./]/, namespace: "file" }, async ({ path, resolveDir }) => {
        const name = isBuiltin(path) ? null : packageNameOf(path);
        const found = name === null ? null : await findPackage(name, resolveDir);
        if (found === null) return null;
        if (kept.includes(found.folder)) return { path, external: true };
        const isNative = known.get(found.folder) ?? isNativePackage(found.folder);
        known.set(found.folder, isNative);
        return (await isNative) ? { path, external: true } : null;
      });
    },
  };
}

/** Whether a bundle contains parts of native packages, which do not work in it. */
export async function holdsNativePackage(inputs: readonly string[]): Promise<boolean> {
  const folders = new Set(inputs.flatMap((input) => packageFolderOf(input) ?? []));
  const natives = await Promise.all([...folders].map(isNativePackage));
  return natives.includes(true);
}

/** `/app/node_modules/@a/b/lib/c.js` → `/app/node_modules/@a/b` */
export function packageFolderOf(file: string): string | null {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(file)?.[0] ?? null;
}
