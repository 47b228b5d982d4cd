import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleModule } from "@arclet/builder";
import {
  functionPragmas,
  systemErrorCode,
  type Manifest,
  type PluginReference,
} from "@arclet/manifest";
import { CliError } from "../errors.ts";
import { failedPlugin, type LoadedPlugin } from "./loaded-plugin.ts";
import type { CloudFormation, Plugin } from "./plugin.ts";

const extensions = ["js", "mjs", "cjs", "ts", "mts", "cts"] as const;

/** Hooks that Arclet calls, by section. */
const hooks: Readonly<Record<string, readonly string[]>> = {
  set: [
    "env",
    ...functionPragmas,
    "customLambdas",
    "tables",
    "tables-indexes",
    "runtimes",
    "shared",
    "views",
    "static",
    "proxy",
  ],
  sandbox: ["start", "watcher", "end"],
  deploy: ["start", "services", "target", "end"],
};

/** Architect's sections that Arclet ignores, because `arclet init` and builds do not need them. */
const unneeded: ReadonlySet<string> = new Set(["create", "hydrate"]);

/**
 * Loads the manifest's plugins from `src`, `src/plugins/` or `node_modules`.
 * @throws CliError `ERR_PLUGIN` that names the plugin.
 */
export async function loadPlugins(
  root: string,
  references: readonly PluginReference[],
  macros: readonly string[],
): Promise<readonly LoadedPlugin[]> {
  return Promise.all([
    ...references.map((reference) => loadPlugin(root, reference)),
    ...macros.map((name) => loadMacro(root, name)),
  ]);
}

/** Names below `@macros`. */
export function macrosOf({ pragmas }: Manifest): readonly string[] {
  return (pragmas["macros"] ?? []).filter((value) => typeof value === "string");
}

/** Macros, Architect's plugins before 2021: one function that changes the template. */
async function loadMacro(root: string, name: string): Promise<LoadedPlugin> {
  const file = await fileOf(root, { name, src: null }, "macro");
  const place = { name, file: relative(root, file), root };
  const macro = await importModule(root, file).catch((error: unknown) => {
    throw failedPlugin(place, "it cannot be loaded", error);
  });
  if (typeof macro !== "function") throw failedPlugin(place, "it exports no function", null);
  const start: NonNullable<NonNullable<Plugin["deploy"]>["start"]> = ({
    arc,
    cloudformation,
    stage,
    inventory,
  }) => (macro as LegacyMacro)(arc, cloudformation, stage, inventory);
  return { ...place, plugin: { deploy: { start } }, notes: [] };
}

type LegacyMacro = (
  arc: unknown,
  cloudformation: CloudFormation,
  stage: string,
  inventory: unknown,
) => CloudFormation | undefined | Promise<CloudFormation | undefined>;

async function loadPlugin(root: string, reference: PluginReference): Promise<LoadedPlugin> {
  const { name } = reference;
  const file = await fileOf(root, reference, "plugin");
  const place = { name, file: relative(root, file), root };
  const module = await importModule(root, file).catch((error: unknown) => {
    throw failedPlugin(place, "it cannot be loaded", error);
  });
  return { ...place, plugin: checked(module, place), notes: notesOn(module) };
}

async function fileOf(
  root: string,
  { name, src }: Pick<PluginReference, "name" | "src">,
  kind: "plugin" | "macro",
): Promise<string> {
  const file = await findPlugin(root, name, src, `src/${kind}s`);
  if (file === null) {
    const places = src === null ? [`src/${kind}s/${name}.js`, "node_modules"] : [src];
    throw new CliError("ERR_PLUGIN", `${kind} ${name}: not found in ${places.join(" or in ")}`, {
      hints: [
        src === null
          ? `Install it: npm install ${name}`
          : "Check the path: it is relative to the project's folder.",
      ],
    });
  }
  return file;
}

async function findPlugin(
  root: string,
  name: string,
  src: string | null,
  folder: string,
): Promise<string | null> {
  const stems = src === null ? [join(root, folder, name)] : [join(root, src)];
  for (const stem of stems) {
    const candidates = [
      stem,
      ...extensions.map((extension) => `${stem}.${extension}`),
      ...extensions.map((extension) => join(stem, `index.${extension}`)),
    ];
    for (const candidate of candidates) if (await isFile(candidate)) return candidate;
  }
  if (src !== null) return null;
  const found = await findPackage(root, name);
  // Architect's manifests omit the @ of a scope.
  const isScoped = /^[^@].*\//.test(name);
  return found === null && isScoped ? findPackage(root, `@${name}`) : found;
}

async function findPackage(root: string, name: string): Promise<string | null> {
  try {
    return createRequire(join(root, "package.json")).resolve(name);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "MODULE_NOT_FOUND") return null;
    if (code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
  }
  // The package has only ES modules, which `require.resolve` does not find.
  for (let folder = root; ; folder = dirname(folder)) {
    const home = join(folder, "node_modules", name);
    if (await isFile(join(home, "package.json"))) {
      const { exports } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as {
        exports?: unknown;
      };
      const entry = importTarget(exports);
      return entry === null ? null : join(home, entry);
    }
    if (dirname(folder) === folder) return null;
  }
}

/** The module that `import "<package>"` loads, from the package's `exports`. */
function importTarget(exports: unknown): string | null {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return null;
  for (const key of [".", "node", "import", "default"])
    if (key in exports) return importTarget((exports as Record<string, unknown>)[key]);
  return null;
}

async function importModule(root: string, file: string): Promise<unknown> {
  let runnable = file;
  if (/^\.[mc]?ts$/.test(extname(file))) {
    runnable = join(root, ".arclet", "plugins", `${basename(file, extname(file))}.mjs`);
    await bundleModule({ root, entry: file, outfile: runnable });
  }
  const module = (await import(pathToFileURL(runnable).href)) as { default?: unknown };
  return module.default ?? module;
}

function checked(module: unknown, place: Omit<LoadedPlugin, "plugin" | "notes">): Plugin {
  if (typeof module !== "object" || module === null)
    throw failedPlugin(place, "its export must be an object of hooks", null);
  for (const [section, names] of Object.entries(hooks)) {
    const given = (module as Record<string, unknown>)[section];
    if (given === undefined) continue;
    if (typeof given !== "object" || given === null)
      throw failedPlugin(place, `"${section}" must be an object of hooks`, null);
    for (const name of names) {
      const hook = (given as Record<string, unknown>)[name];
      if (hook !== undefined && typeof hook !== "function")
        throw failedPlugin(place, `${section}.${name} must be a function`, null);
    }
  }
  // Hooks' results are checked where they are used.
  return module;
}

/** Notes about hooks that Arclet does not call. */
function notesOn(module: unknown): readonly string[] {
  return Object.entries(module as object).flatMap(([section, given]) => {
    if (unneeded.has(section)) return [];
    const names = hooks[section];
    if (names === undefined) return [`"${section}" is not a group of hooks that Arclet calls`];
    return Object.keys(given as object)
      .filter((name) => !names.includes(name))
      .map((name) => `${section}.${name} is not called by Arclet`);
  });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
