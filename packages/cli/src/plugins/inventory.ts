import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  defaultFunctionConfig,
  functionPragmas,
  type Manifest,
  type PlainValue,
} from "@arclet/manifest";
import { architectConfig, describeLambda, type InventoryLambda } from "./inventory-lambdas.ts";
import {
  inventoryAws,
  inventoryIndexes,
  inventoryTables,
  rootHandlerOf,
  type InventoryIndex,
  type InventoryTable,
} from "./inventory-resources.ts";
import { writtenSettings } from "./manifest-text.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";
import type { ArchitectPreferences, ProjectTexts } from "./project-texts.ts";

/** The subset of Architect's inventory that plugins use. */
export interface Inventory {
  readonly inv: {
    readonly app: string;
    readonly aws: Readonly<Record<string, unknown>>;
    readonly _project: {
      readonly type: "aws";
      readonly cwd: string;
      readonly src: string;
      /** Folder into which the plugin of a runtime builds, absolute. */
      readonly build: string | null;
      readonly manifest: string | null;
      /** Those of the home folder below those of the project. */
      readonly preferences: Readonly<Record<string, unknown>> | null;
      readonly localPreferences: Readonly<Record<string, unknown>> | null;
      readonly localPreferencesFile: string | null;
      readonly globalPreferences: Readonly<Record<string, unknown>> | null;
      readonly globalPreferencesFile: string | null;
      readonly defaultFunctionConfig: Readonly<Record<string, unknown>>;
      /** `get /`, `proxy`, `arcStaticAssetProxy`, or null. */
      readonly rootHandler: string | null;
      readonly env: {
        readonly local: unknown;
        readonly plugins: unknown;
        readonly aws: unknown;
      };
      readonly arc: Readonly<Record<string, readonly PlainValue[]>>;
      /** Text of the manifest. */
      readonly raw: string;
    };
    readonly static: object | false;
    readonly proxy: object | null;
    readonly cdn: boolean | null;
    /** null without such a folder; `shared` lists the folders of the functions that use it. */
    readonly shared: { readonly src: string; readonly shared: readonly string[] } | null;
    /** null without such a folder; `views` lists the folders of the functions that use it. */
    readonly views: { readonly src: string; readonly views: readonly string[] } | null;
    readonly tables: readonly InventoryTable[] | null;
    readonly "tables-indexes": readonly InventoryIndex[] | null;
    readonly lambdaSrcDirs: readonly string[];
    readonly lambdasBySrcDir: Readonly<Record<string, InventoryLambda>>;
    /** Modules of the plugins by name. */
    readonly plugins: Readonly<Record<string, unknown>> | null;
    readonly _arc: {
      readonly version: string;
      readonly deployStage: string | null;
      readonly defaultFunctionConfig: Readonly<Record<string, unknown>>;
      readonly pragmas: Readonly<Record<"all" | "lambdas", readonly string[]>>;
    };
    readonly [pragma: string]: unknown;
  };
  /** `get.http("get /")`, `get.events("name")`: one item, or undefined; null without the pragma. */
  readonly get: Readonly<Record<string, (name?: string) => unknown>>;
}

export interface InventoryOptions {
  readonly manifest: Manifest;
  readonly root: string;
  readonly texts: ProjectTexts;
  readonly stage: string;
  /** Custom runtimes, by function. */
  readonly runtimes: ReadonlyMap<string, PluginRuntime>;
  /** Modules of the plugins by name. */
  readonly plugins: Readonly<Record<string, unknown>>;
}

/** What Architect calls a function's pragma: it has no rooms. */
const lambdaPragmas = functionPragmas.filter((pragma) => pragma !== "rooms");

/** Pragmas that are no functions. */
const otherPragmas = [
  "app",
  "aws",
  "cdn",
  "plugins",
  "proxy",
  "shared",
  "static",
  "tables",
  "tables-indexes",
  "views",
] as const;

export function createInventory(options: InventoryOptions): Inventory {
  const { manifest, stage, plugins } = options;
  const lambdas = manifest.functions.map((declared) => describeLambda(declared, options));
  const byPragma = Object.fromEntries(
    [...functionPragmas, "customLambdas"].map((pragma) => {
      const items = lambdas.filter((lambda) => lambda.pragma === pragma);
      return [pragma, items.length === 0 ? null : items];
    }),
  );
  const { shared, views } = manifest;
  const inv = {
    ...byPragma,
    app: manifest.app,
    aws: inventoryAws(manifest),
    _project: projectOf(options),
    static: manifest.static ?? (false as const),
    proxy: manifest.proxy,
    cdn: manifest.cdn ? true : null,
    shared: folderOf("shared", shared, lambdas, options),
    views: folderOf("views", views, lambdas, options),
    tables: orNull(inventoryTables(manifest)),
    "tables-indexes": orNull(inventoryIndexes(manifest)),
    lambdaSrcDirs: lambdas.map(({ src }) => src),
    lambdasBySrcDir: Object.fromEntries(lambdas.map((lambda) => [lambda.src, lambda])),
    plugins: Object.keys(plugins).length === 0 ? null : plugins,
    _arc: {
      version: "Unknown",
      deployStage: stage === "testing" ? null : stage,
      defaultFunctionConfig: architectConfig(defaultFunctionConfig),
      pragmas: {
        all: [...lambdaPragmas, ...otherPragmas].toSorted((a, b) => (a < b ? -1 : 1)),
        lambdas: lambdaPragmas,
      },
    },
  };
  const get = Object.fromEntries(
    Object.entries(inv).map(([pragma, items]) => [
      pragma,
      (name?: string): unknown => find(pragma, items, name),
    ]),
  );
  return { inv, get };
}

function projectOf({
  manifest,
  root,
  texts,
  runtimes,
}: InventoryOptions): Inventory["inv"]["_project"] {
  const { local, global, manifestFile, raw } = texts;
  const build = [...runtimes.values()].find(({ buildFolder }) => buildFolder !== undefined);
  const preferences = mergedPreferences(global, local);
  return {
    type: "aws",
    cwd: root,
    src: join(root, "src"),
    build: build?.buildFolder === undefined ? null : join(root, build.buildFolder),
    manifest: manifestFile,
    preferences,
    localPreferences: asWritten(local),
    localPreferencesFile: local?.file ?? null,
    globalPreferences: asWritten(global),
    globalPreferencesFile: global?.file ?? null,
    defaultFunctionConfig: {
      ...architectConfig(defaultFunctionConfig),
      ...writtenSettings(manifest.pragmas["aws"] ?? []),
    },
    rootHandler: rootHandlerOf(manifest),
    env: { local: preferences?.["env"] ?? null, plugins: null, aws: null },
    arc: manifest.pragmas,
    raw,
  };
}

function asWritten(preferences: ArchitectPreferences | null): Record<string, unknown> | null {
  if (preferences === null) return null;
  return { ...preferences.pragmas, _arc: preferences.lists, _raw: preferences.text };
}

function mergedPreferences(
  ...files: readonly (ArchitectPreferences | null)[]
): Record<string, unknown> | null {
  const merged: Record<string, unknown> = {};
  for (const file of files)
    for (const [pragma, settings] of Object.entries(file?.pragmas ?? {})) {
      const before = merged[pragma];
      merged[pragma] =
        isSettings(before) && isSettings(settings) ? { ...before, ...settings } : settings;
    }
  return files.every((file) => file === null) ? null : merged;
}

function isSettings(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function orNull<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length === 0 ? null : items;
}

function folderOf<Name extends "shared" | "views">(
  name: Name,
  folder: { readonly src: string } | null,
  lambdas: readonly InventoryLambda[],
  { root }: InventoryOptions,
): ({ readonly src: string } & Record<Name, readonly string[]>) | null {
  if (folder === null || !existsSync(join(root, folder.src))) return null;
  const seeing = lambdas.filter(({ config }) => config[name] === true).map(({ src }) => src);
  return { src: join(root, folder.src), [name]: seeing } as {
    readonly src: string;
  } & Record<Name, readonly string[]>;
}

/** One of several of the same name is enough, except among the indexes of a table. */
function find(pragma: string, items: unknown, name: string | undefined): unknown {
  if (!Array.isArray(items)) {
    if (name === undefined || !isSettings(items)) return items;
    return (items as Record<string, unknown>)[name];
  }
  const named = (items as readonly ({ readonly name?: unknown } | string)[]).filter(
    (item) => item === name || (typeof item === "object" && item.name === name),
  );
  if (pragma === "tables-indexes") return named.length === 0 ? undefined : named;
  return named[0];
}
