import { readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, sep } from "node:path";
import type { FileStamps } from "./file-stamps.ts";

/** What a bundle was made of. */
export interface BundleParts {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute files. */
  readonly inputs: readonly string[];
  /** Absolute folders whose files went beside the bundle. */
  readonly folders: readonly string[];
}

/** What a bundler looks for in every folder above a source; that it is not there matters as well. */
const inherited = ["package.json", "node_modules", ".pnp.cjs", ".pnp.data.json", ".pnp.js"];
const compilerSettings = ["tsconfig.json", "jsconfig.json"];

/**
 * Every path on which a bundle depends: its files, the folders where a file of a better name would be
 * taken instead, and what is inherited from the folders above. As long as none of them changes, the
 * same bundle comes out.
 *
 * @returns null when that cannot be known: `paths` and `baseUrl` of a tsconfig.json look anywhere.
 */
export function sourcesOf(parts: BundleParts, stamps: FileStamps): ReadonlySet<string> | null {
  const { root, inputs, folders } = parts;
  const sources = new Set(inputs);
  const walked = new Set<string>();
  const settings: string[] = [];
  for (const folder of new Set([...inputs.map((path) => dirname(path)), ...folders])) {
    sources.add(folder);
    // `./lib` is `lib.js` sooner than `lib/index.js`.
    if (folder !== root) sources.add(dirname(folder));
    for (let above = folder; !walked.has(above); above = dirname(above)) {
      walked.add(above);
      for (const name of inherited) sources.add(join(above, name));
      for (const scope of scopesIn(join(above, "node_modules"), stamps)) sources.add(scope);
      if (!above.split(sep).includes("node_modules"))
        settings.push(...compilerSettings.map((name) => join(above, name)));
    }
  }
  return addCompilerSettings(settings, sources, stamps) ? sources : null;
}

/** Folders of scoped packages: a package that comes into one changes no other folder. */
function scopesIn(folder: string, stamps: FileStamps): readonly string[] {
  if (stamps.stats(folder)?.isDirectory() !== true) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith("@"))
    .map((name) => join(folder, name));
}

/** Adds settings of the compiler and those they extend; false when they have bundlers look anywhere. */
function addCompilerSettings(
  files: readonly string[],
  sources: Set<string>,
  stamps: FileStamps,
): boolean {
  const open = [...files];
  const read = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (read.has(file)) continue;
    read.add(file);
    sources.add(file);
    if (stamps.stats(file)?.isFile() !== true) continue;
    const text = readFileSync(file, "utf8");
    if (/"(?:paths|baseUrl)"\s*:/.test(text)) return false;
    const extended = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? "";
    for (const [, name = ""] of extended.matchAll(/"([^"]*)"/g)) {
      const candidates = settingsNamed(name, dirname(file));
      if (!candidates.some((path) => stamps.stats(path)?.isFile() === true)) return false;
      open.push(...candidates);
    }
  }
  return true;
}

/** Where `extends` may lead. */
function settingsNamed(name: string, folder: string): readonly string[] {
  const isPath = name.startsWith(".") || isAbsolute(name);
  const bases = isPath
    ? [isAbsolute(name) ? name : join(folder, name)]
    : foldersUpFrom(folder).map((above) => join(above, "node_modules", name));
  return bases.flatMap((base) => [base, `${base}.json`, join(base, "tsconfig.json")]);
}

function foldersUpFrom(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpFrom(parent)];
}
