import type { KeyAttribute, Manifest } from "@arclet/manifest";
import { writtenSettings } from "./manifest-text.ts";

/** One table, in Architect's words. */
export interface InventoryTable {
  readonly name: string;
  readonly partitionKey: string;
  readonly partitionKeyType: string;
  readonly sortKey: string | null;
  readonly sortKeyType: string | null;
  readonly stream: boolean | null;
  /** Attribute that holds the time of expiry. */
  readonly ttl: string | null;
  readonly encrypt: boolean | string | null;
  readonly pitr: boolean | null;
}

/** One index of a table, in Architect's words. */
export interface InventoryIndex {
  /** Name of its table. */
  readonly name: string;
  readonly partitionKey: string;
  readonly partitionKeyType: string;
  readonly sortKey: string | null;
  readonly sortKeyType: string | null;
  readonly indexName: string;
  readonly projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly projectionAttributes: readonly string[] | null;
}

export function inventoryTables({ tables, tableStreams }: Manifest): readonly InventoryTable[] {
  return tables.map((table) => ({
    name: table.name,
    ...keysOf(table),
    stream: tableStreams.some((stream) => stream.table === table.name) ? true : null,
    ttl: table.ttlAttribute,
    encrypt: table.encrypt === false ? null : table.encrypt,
    pitr: table.pointInTimeRecovery ? true : null,
    ...(table.pointInTimeRecovery ? { PointInTimeRecovery: true } : {}),
  }));
}

export function inventoryIndexes({ tables }: Manifest): readonly InventoryIndex[] {
  return tables.flatMap(({ name, indexes }) =>
    indexes.map((index) => ({
      name,
      ...keysOf(index),
      indexName: index.name,
      projectionType: projectionTypeOf(index.projection),
      projectionAttributes: typeof index.projection === "string" ? null : index.projection,
    })),
  );
}

function projectionTypeOf(
  projection: Manifest["tables"][number]["indexes"][number]["projection"],
): InventoryIndex["projectionType"] {
  if (projection === "all") return "ALL";
  return projection === "keys" ? "KEYS_ONLY" : "INCLUDE";
}

function keysOf({
  partitionKey,
  sortKey,
}: {
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
}): Pick<InventoryTable, "partitionKey" | "partitionKeyType" | "sortKey" | "sortKeyType"> {
  return {
    partitionKey: partitionKey.name,
    partitionKeyType: typeNames[partitionKey.type],
    sortKey: sortKey?.name ?? null,
    sortKeyType: sortKey === null ? null : typeNames[sortKey.type],
  };
}

const typeNames = { S: "String", N: "Number", B: "Binary" } as const;

/** `@aws` of the whole app: what the manifest says, and null for the rest. */
export function inventoryAws({ aws, pragmas }: Manifest): Readonly<Record<string, unknown>> {
  return {
    concurrency: null,
    layers: null,
    memory: null,
    policies: null,
    runtime: null,
    timeout: null,
    ...aws,
    ...writtenSettings(pragmas["aws"] ?? []),
  };
}

/** Which of Architect's answers the root has: a function's route, the proxy, or static files. */
export function rootHandlerOf({ http, proxy, static: files }: Manifest): string | null {
  if (proxy !== null) return "proxy";
  const route = http?.routes.find(
    ({ method, path }) => (method === "get" || method === "any") && /^\/(?:\*|:\w+)?$/.test(path),
  );
  if (route !== undefined) return `${route.method} ${route.path}`;
  return http === null && files === null ? null : "arcStaticAssetProxy";
}
