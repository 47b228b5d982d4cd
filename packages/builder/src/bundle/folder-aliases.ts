import { join } from "node:path";
import type { Plugin } from "esbuild";

const isAsked = Symbol("asked by the aliases");

/**
 * Resolves specifiers such as `@architect/shared/names` to folders of the project. The project's own `paths` in
 * tsconfig.json and `imports` in package.json take precedence; installed packages of that name come last, because
 * Architect leaves copies of the folders there.
 */
export function folderAliases(
  root: string,
  alias: { readonly [specifier: string]: string },
): Plugin | null {
  const names = Object.keys(alias);
  if (names.length === 0) return null;
  const filter = new RegExp(`^(?:${names.map(escaped).join("|")})(?:/|$)`);
  return {
    name: "folder-aliases",
    setup(build) {
      build.onResolve({ filter, namespace: "file" }, async ({ path, pluginData, ...given }) => {
        if (pluginData === isAsked || given.kind === "entry-point") return null;
        const { importer, resolveDir, kind } = given;
        const asked = { importer, kind, pluginData: isAsked };
        const own = await build.resolve(path, { ...asked, resolveDir });
        const isFound = own.errors.length === 0;
        if (isFound && !/[\\/]node_modules[\\/]/.test(own.path)) return own;
        const target = targetOf(path, alias);
        const aliased =
          target === null ? own : await build.resolve(target, { ...asked, resolveDir: root });
        if (aliased.errors.length === 0) return aliased;
        return isFound ? own : { errors: [{ text: `Could not resolve "${path}"` }] };
      });
    },
  };
}

/** The path of a specifier; null if it does not match an alias. */
export function targetOf(
  specifier: string,
  alias: { readonly [specifier: string]: string },
): string | null {
  for (const [name, folder] of Object.entries(alias))
    if (specifier === name || specifier.startsWith(`${name}/`))
      return join(folder, specifier.slice(name.length));
  return null;
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}
