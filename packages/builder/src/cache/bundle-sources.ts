import { readdirSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, sep } from "node:path";
import type { FileStamps } from "./file-stamps.ts";

/** The sources of a bundle. */
export interface BundleParts {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute files. */
  readonly inputs: readonly string[];
  /** Absolute folders whose files went beside the bundle. */
  readonly folders: readonly string[];
}

/** Settings in a folder that affect sources below it. */
interface Surroundings {
  readonly paths: readonly string[];
  /** False if its compiler settings make bundlers search arbitrary paths. */
  readonly isKnown: boolean;
}

/** Files that a bundler looks for in every folder above a source. Their absence matters too. */
const inherited = ["package.json", "node_modules", ".pnp.cjs", ".pnp.data.json", ".pnp.js"];
const compilerSettings = ["tsconfig.json", "jsconfig.json"];

/** Determines the dependencies of bundles. Shared ones are checked once. */
export class BundleSources {
  readonly #stamps: FileStamps;
  readonly #surroundings = new Map<string, Surroundings>();

  constructor(stamps: FileStamps) {
    this.#stamps = stamps;
  }

  /**
   * Every path a bundle depends on: its files, folders where a new file would take precedence, and settings
   * inherited from folders above. While none of them changes, the bundle is the same.
   *
   * @returns null when that cannot be known: `paths` and `baseUrl` of a tsconfig.json look anywhere.
   */
  of({ root, inputs, folders }: BundleParts): ReadonlySet<string> | null {
    const sources = new Set(inputs);
    const walked = new Set<string>();
    for (const folder of new Set([...inputs.map((path) => dirname(path)), ...folders])) {
      sources.add(folder);
      // `./lib` is `lib.js` sooner than `lib/index.js`.
      if (folder !== root) sources.add(dirname(folder));
      for (let above = folder; !walked.has(above); above = dirname(above)) {
        walked.add(above);
        const { paths, isKnown } = this.#surroundingsOf(above);
        if (!isKnown) return null;
        for (const path of paths) sources.add(path);
      }
    }
    return sources;
  }

  #surroundingsOf(folder: string): Surroundings {
    const known = this.#surroundings.get(folder);
    if (known !== undefined) return known;
    const settings = folder.split(sep).includes("node_modules")
      ? []
      : this.#compilerSettings(compilerSettings.map((name) => join(folder, name)));
    const found: Surroundings = {
      paths: [
        ...inherited.map((name) => join(folder, name)),
        ...this.#scopesIn(join(folder, "node_modules")),
        ...(settings ?? []),
      ],
      isKnown: settings !== null,
    };
    this.#surroundings.set(folder, found);
    return found;
  }

  /** Folders of scoped packages, because adding a package to a scope changes only that folder. */
  #scopesIn(folder: string): readonly string[] {
    if (this.#stamps.stats(folder)?.isDirectory() !== true) return [];
    return readdirSync(folder)
      .filter((name) => name.startsWith("@"))
      .map((name) => join(folder, name));
  }

  /** Settings of the compiler and those they extend; null when they have bundlers look anywhere. */
  #compilerSettings(files: readonly string[]): readonly string[] | null {
    const open = [...files];
    const read = new Set<string>();
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (read.has(file)) continue;
      read.add(file);
      if (this.#stamps.stats(file)?.isFile() !== true) continue;
      const text = readFileSync(file, "utf8");
      const targets = pathTargets(text, dirname(file));
      if (targets === null) return null;
      for (const target of targets) read.add(target);
      const extended = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? "";
      for (const [, name = ""] of extended.matchAll(/"([^"]*)"/g)) {
        const candidates = settingsNamed(name, dirname(file));
        const isThere = candidates.some((path) => this.#stamps.stats(path)?.isFile() === true);
        if (!isThere) return null;
        open.push(...candidates);
      }
    }
    return [...read];
  }
}

/**
 * Folders and files to which `paths` of compiler settings lead; what appears in them is found. null when
 * they cannot be known: `baseUrl`, and several places for one name.
 */
function pathTargets(text: string, folder: string): readonly string[] | null {
  if (/"baseUrl"\s*:/.test(text)) return null;
  const block = /"paths"\s*:\s*\{([^{}]*)\}/.exec(text);
  if (block === null) return /"paths"\s*:/.test(text) ? null : [];
  const targets: string[] = [];
  for (const [, list = ""] of (block[1] ?? "").matchAll(/\[([^\]]*)\]/g)) {
    const [only, ...others] = list.match(/"[^"]*"/g) ?? [];
    if (only === undefined || others.length > 0) return null;
    targets.push(join(folder, only.slice(1, -1).replace(/\*.*$/, "")));
  }
  return targets;
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
