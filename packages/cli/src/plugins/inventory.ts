import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import {
  functionPragmas,
  type LambdaFunction,
  type Manifest,
  type PlainValue,
} from "@arclet/manifest";
import type { PluginRuntime } from "./plugin-runtime.ts";

/** A function in the form Architect's plugins expect. */
export interface InventoryLambda {
  /** `get /cats/:id`, or the function's name. */
  readonly name: string;
  readonly pragma: string;
  /** Absolute source folder. */
  readonly src: string;
  /** Absolute folder into which its runtime's plugin builds it; absent for other runtimes. */
  readonly build?: string;
  /** Absolute path of the handler's module. */
  readonly handlerFile: string;
  readonly handlerMethod: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The subset of Architect's inventory that plugins use. */
export interface Inventory {
  readonly inv: {
    readonly app: string;
    readonly aws: Readonly<Record<string, unknown>>;
    readonly _project: {
      readonly cwd: string;
      readonly src: string;
      readonly manifest: string | null;
      readonly arc: Readonly<Record<string, readonly PlainValue[]>>;
    };
    readonly static: object | false;
    /** null without such a folder; `shared` lists the folders of the functions that use it. */
    readonly shared: { readonly src: string; readonly shared: readonly string[] } | null;
    /** null without such a folder; `views` lists the folders of the functions that use it. */
    readonly views: { readonly src: string; readonly views: readonly string[] } | null;
    readonly tables: readonly object[] | null;
    readonly lambdaSrcDirs: readonly string[];
    readonly lambdasBySrcDir: Readonly<Record<string, InventoryLambda>>;
    readonly _arc: { readonly deployStage: string | null };
    readonly [pragma: string]: unknown;
  };
  /** Looks up one item, or undefined: `get.http("get /")`, `get.events("name")`. */
  readonly get: Readonly<Record<string, (name?: string) => unknown>>;
}

export interface InventoryOptions {
  readonly manifest: Manifest;
  readonly root: string;
  readonly manifestFile: string | null;
  readonly stage: string;
  /** Custom runtimes, by function. */
  readonly runtimes: ReadonlyMap<string, PluginRuntime>;
}

export function createInventory(options: InventoryOptions): Inventory {
  const { manifest, root, manifestFile, stage } = options;
  const lambdas = manifest.functions.map((declared) => describe(declared, options));
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
    aws: { ...manifest.aws },
    _project: {
      cwd: root,
      src: join(root, "src"),
      manifest: manifestFile,
      arc: manifest.pragmas,
    },
    static: manifest.static ?? (false as const),
    shared: folderOf("shared", shared, options),
    views: folderOf("views", views, options),
    tables: manifest.tables.length === 0 ? null : manifest.tables,
    lambdaSrcDirs: lambdas.map(({ src }) => src),
    lambdasBySrcDir: Object.fromEntries(lambdas.map((lambda) => [lambda.src, lambda])),
    _arc: { deployStage: stage === "testing" ? null : stage },
  };
  const get = Object.fromEntries(
    Object.entries(inv).map(([pragma, items]) => [
      pragma,
      (name?: string): unknown => find(items, name),
    ]),
  );
  return { inv, get };
}

function folderOf<Name extends "shared" | "views">(
  name: Name,
  folder: { readonly src: string } | null,
  { manifest, root, ...options }: InventoryOptions,
): ({ readonly src: string } & Record<Name, readonly string[]>) | null {
  if (folder === null || !existsSync(join(root, folder.src))) return null;
  const seeing = manifest.functions.filter(({ config }) => config[name]);
  const sources = seeing.map((declared) => describe(declared, { manifest, root, ...options }).src);
  return { src: join(root, folder.src), [name]: sources } as {
    readonly src: string;
  } & Record<Name, readonly string[]>;
}

function find(items: unknown, name: string | undefined): unknown {
  if (!Array.isArray(items)) {
    if (name === undefined || typeof items !== "object" || items === null) return items;
    return (items as Record<string, unknown>)[name];
  }
  return (items as readonly { readonly name?: unknown }[]).find((item) => item.name === name);
}

function describe(
  declared: LambdaFunction,
  { manifest, root, runtimes }: InventoryOptions,
): InventoryLambda {
  const route = manifest.http?.routes.find(({ functionId }) => functionId === declared.id);
  const { config } = declared;
  const folder = declared.sourceCandidates.find((candidate) => existsSync(join(root, candidate)));
  const src = join(root, folder ?? declared.sourceCandidates[0] ?? "");
  const runtime = runtimes.get(declared.id);
  const build =
    runtime?.buildFolder === undefined
      ? null
      : join(root, runtime.buildFolder, relative(root, src));
  return {
    name: route === undefined ? declared.name : `${route.method} ${route.path}`,
    pragma: declared.pragma,
    src,
    ...(build === null ? {} : { build }),
    handlerFile: join(build ?? src, "index.js"),
    handlerMethod: config.handler.slice(config.handler.lastIndexOf(".") + 1),
    config: { ...config, runtime: runtime?.name ?? config.runtime },
  };
}
