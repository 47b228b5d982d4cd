import { join } from "node:path";
import type { LambdaFunction, Manifest, PlainValue } from "@arclet/manifest";

/** One function, as Architect's plugins know it. */
export interface InventoryLambda {
  /** `get /cats/:id`, or the function's name. */
  readonly name: string;
  readonly pragma: string;
  /** Absolute source folder. */
  readonly src: string;
  readonly handlerFunction: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The part of Architect's inventory that plugins read. */
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
    readonly shared: { readonly src: string } | null;
    readonly views: { readonly src: string } | null;
    readonly tables: readonly object[] | null;
    readonly lambdaSrcDirs: readonly string[];
    readonly [pragma: string]: unknown;
  };
  /** `get.http("get /")`, `get.events("name")`: one item, or undefined. */
  readonly get: Readonly<Record<string, (name?: string) => unknown>>;
}

const functionPragmas = ["http", "ws", "events", "queues", "scheduled", "tables-streams"] as const;

export function createInventory(
  manifest: Manifest,
  root: string,
  manifestFile: string | null,
): Inventory {
  const lambdas = manifest.functions.map((declared) => describe(declared, manifest, root));
  const byPragma = Object.fromEntries(
    functionPragmas.map((pragma) => {
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
    shared: shared === null ? null : { src: join(root, shared.src) },
    views: views === null ? null : { src: join(root, views.src) },
    tables: manifest.tables.length === 0 ? null : manifest.tables,
    lambdaSrcDirs: lambdas.map(({ src }) => src),
  };
  const get = Object.fromEntries(
    Object.entries(inv).map(([pragma, items]) => [
      pragma,
      (name?: string): unknown => find(items, name),
    ]),
  );
  return { inv, get };
}

function find(items: unknown, name: string | undefined): unknown {
  if (!Array.isArray(items)) {
    if (name === undefined || typeof items !== "object" || items === null) return items;
    return (items as Record<string, unknown>)[name];
  }
  return (items as readonly { readonly name?: unknown }[]).find((item) => item.name === name);
}

function describe(declared: LambdaFunction, manifest: Manifest, root: string): InventoryLambda {
  const route = manifest.http?.routes.find(({ functionId }) => functionId === declared.id);
  const { config } = declared;
  return {
    name: route === undefined ? declared.name : `${route.method} ${route.path}`,
    pragma: declared.pragma,
    src: join(root, declared.sourceCandidates[0] ?? ""),
    handlerFunction: config.handler.slice(config.handler.lastIndexOf(".") + 1),
    config: { ...config },
  };
}
