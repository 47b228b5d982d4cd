import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";

/**
 * What every source file imports, types included. Files are paths such as `runtime/src/runtime.ts`;
 * another package is its folder's name: `builder`.
 */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** `from "x"`, `import "x"`, `import("x")` and `export … from "x"`. */
const specifier = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;

export function readImports(folder: string, packages: readonly string[]): ImportGraph {
  const folderOf = new Map(
    packages.map((name) => [readPackageName(join(folder, name)), name] as const),
  );
  const graph = new Map<string, ReadonlySet<string>>();
  for (const name of packages) {
    for (const file of sourcesOf(join(folder, name, "src"))) {
      const path = `${name}/src/${file}`;
      const text = withoutComments(readFileSync(join(folder, path), "utf8"));
      const imported = [...text.matchAll(specifier)].flatMap(([, target = ""]) => {
        if (target.startsWith(".")) {
          return [normalize(join(dirname(path), target)).replaceAll(sep, "/")];
        }
        const packageName = /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;
        return folderOf.get(packageName) ?? [];
      });
      graph.set(path, new Set(imported));
    }
  }
  return graph;
}

function readPackageName(folder: string): string {
  // Every package.json of this repository has a name.
  const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
  };
  return name;
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll(sep, "/"))
    .filter((file) => file.endsWith(".ts"));
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)/gm, "");
}
