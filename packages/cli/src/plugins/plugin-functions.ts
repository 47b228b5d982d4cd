import { functionPragmas, parseArc, resolveManifest, type Manifest } from "@arclet/manifest";
import { runHook, type LoadedPlugin } from "./loaded-plugin.ts";
import { pragmaLines, quoted, within } from "./manifest-text.ts";
import type { Plugin, PluginContext } from "./plugin.ts";
import { entryKey, withConfigs, type ExtendedManifest } from "./plugin-configs.ts";
import { readPluginSettings, type SettingsHook } from "./plugin-settings.ts";

type Hook = Exclude<keyof NonNullable<Plugin["set"]>, "env" | "runtimes" | SettingsHook>;
type Entry = Readonly<Record<string, unknown>>;

/** Converts plugins' entries of each pragma to manifest text: a name, with settings below. */
const writers: Readonly<Record<Hook, (entry: Entry) => readonly [string, ...string[]]>> = {
  http: ({ method, path }) => [quoted(path), `method ${quoted(method)}`],
  ws: ({ name }) => [quoted(name)],
  events: ({ name }) => [quoted(name)],
  queues: ({ name, ...settings }) => [
    quoted(name),
    ...settingsOf(settings, ["fifo", "batchSize", "batchWindow"]),
  ],
  scheduled: ({ name, ...settings }) => [
    quoted(name),
    // Copied without changes.
    ...["rate", "cron", "timezone"].flatMap((key) => {
      const value = settings[key];
      return typeof value === "string" ? [`${key} ${value}`] : [];
    }),
  ],
  customLambdas: ({ name }) => [quoted(name)],
  "tables-streams": ({ name, table }) => [quoted(name), `table ${quoted(table)}`],
  tables: ({ name, ttl, encrypt, pitr, PointInTimeRecovery = pitr, ...keys }) => [
    quoted(name),
    ...keyLines(keys),
    ...(typeof ttl === "string" ? [`${quoted(ttl)} TTL`] : []),
    ...settingsOf({ encrypt, PointInTimeRecovery }, ["encrypt", "PointInTimeRecovery"]),
  ],
  "tables-indexes": ({ name, indexName, projectionType, projectionAttributes, ...keys }) => [
    quoted(name),
    ...keyLines(keys),
    ...settingsOf({ name: indexName }, ["name"]),
    ...projectionLines(projectionType, projectionAttributes),
  ],
};

/** Tables before the indexes and streams that refer to them. */
const order: readonly Hook[] = [
  "tables",
  "tables-indexes",
  // Architect has no rooms, so no hook sets them.
  ...functionPragmas.filter((pragma) => pragma !== "rooms"),
  "customLambdas",
];

/**
 * Adds a plugin's entries to the manifest. They are converted to manifest text and checked by the same rules,
 * so that a plugin's errors are reported like a user's. Existing entries are not changed.
 */
export async function addPluginFunctions(
  loaded: LoadedPlugin,
  manifest: Manifest,
  context: PluginContext,
): Promise<ExtendedManifest> {
  const settings = await readPluginSettings(loaded, manifest, context);
  const sections: string[] = [];
  const known: string[] = [];
  const configs = new Map<string, object>();
  for (const hook of order) {
    const given: unknown = await runHook<unknown>(loaded, `set.${hook}`, () =>
      loaded.plugin.set?.[hook]?.(context),
    );
    if (given === undefined || given === null) continue;
    // Each entry is checked by the manifest's rules.
    const entries = (Array.isArray(given) ? given : [given]) as readonly Entry[];
    if (entries.length === 0) continue;
    sections.push(`@${hook}`);
    for (const entry of entries) {
      const [name, ...lines] = writers[hook](entry);
      const { src, config } = entry;
      if (typeof config === "object" && config !== null) configs.set(entryKey(hook, entry), config);
      const source = typeof src === "string" ? [`src ${quoted(within(context.root, src))}`] : [];
      sections.push([name, ...lines, ...source].join("\n  "));
      const table = entry[hook === "tables-indexes" ? "name" : "table"];
      if (hook.startsWith("tables-") && typeof table === "string") known.push(table);
    }
  }
  if (sections.length === 0 && settings.lines.length === 0)
    return { manifest: { ...manifest, ...settings.folders }, diagnostics: [] };
  const tables = manifest.tables.filter(({ name }) => known.includes(name));
  const text = [
    "@app",
    manifest.app,
    ...pragmaLines("aws", manifest.pragmas["aws"]),
    // Indexes and streams refer to them; the manifest's own win below.
    ...(tables.length === 0 ? [] : ["@tables"]),
    ...tables.map(({ name, partitionKey }) => `${quoted(name)}\n  ${partitionKey.name} *String`),
    ...sections,
    ...settings.lines,
    "",
  ].join("\n");
  const parsed = parseArc(text, { file: `plugin ${loaded.name}` });
  const resolved = resolveManifest(parsed.document);
  const diagnostics = [...parsed.diagnostics, ...resolved.diagnostics].filter(
    ({ code }) => code !== "pragma-duplicate",
  );
  if (resolved.manifest === null) return { manifest, diagnostics };
  const added = withConfigs(resolved.manifest, configs, `plugin ${loaded.name}`);
  return {
    manifest: {
      ...merge(manifest, added.manifest),
      ...settings.folders,
      ...takenFrom(resolved.manifest, settings.lines),
    },
    diagnostics: [...diagnostics, ...added.diagnostics],
  };
}

function merge(own: Manifest, added: Manifest): Manifest {
  const functions = mergeBy(own.functions, added.functions, ({ id }) => id);
  const http = added.http === null ? own.http : added.http;
  const ws = own.ws ?? added.ws;
  return {
    ...own,
    functions,
    http:
      own.http === null || http === null
        ? http
        : {
            routes: mergeBy(
              own.http.routes,
              added.http?.routes ?? [],
              ({ method, path }) => `${method} ${path}`,
            ),
          },
    ws:
      ws === null
        ? null
        : {
            ...ws,
            routes: mergeBy(ws.routes, added.ws?.routes ?? [], ({ routeKey }) => routeKey),
          },
    tables: mergeBy(own.tables, added.tables, ({ name }) => name).map((table) => ({
      ...table,
      indexes: mergeBy(
        table.indexes,
        added.tables.find(({ name }) => name === table.name)?.indexes ?? [],
        ({ name }) => name,
      ),
    })),
    tableStreams: mergeBy(own.tableStreams, added.tableStreams, ({ functionId }) => functionId),
    events: mergeBy(own.events, added.events, ({ name }) => name),
    queues: mergeBy(own.queues, added.queues, ({ name }) => name),
    schedules: mergeBy(own.schedules, added.schedules, ({ name }) => name),
  };
}

/** Settings that both the plugin and the manifest set. */
function takenFrom(resolved: Manifest, lines: readonly string[]): Partial<Manifest> {
  return {
    ...(lines.includes("@static") ? { static: resolved.static } : {}),
    ...(lines.includes("@proxy") ? { proxy: resolved.proxy } : {}),
  };
}

/** The user's entries come first and take precedence. */
function mergeBy<Item>(
  own: readonly Item[],
  added: readonly Item[],
  keyOf: (item: Item) => string,
): readonly Item[] {
  const taken = new Set(own.map(keyOf));
  return [...own, ...added.filter((item) => !taken.has(keyOf(item)))];
}

function settingsOf(entry: Entry, names: readonly string[]): string[] {
  return names
    .filter((name) => entry[name] !== undefined && entry[name] !== null)
    .map((name) => `${name} ${quoted(entry[name])}`);
}

function keyLines({ partitionKey, partitionKeyType, sortKey, sortKeyType }: Entry): string[] {
  const hash = `${quoted(partitionKey)} *${typeName(partitionKeyType)}`;
  if (sortKey === undefined || sortKey === null) return [hash];
  return [hash, `${quoted(sortKey)} **${typeName(sortKeyType)}`];
}

function projectionLines(type: unknown, attributes: unknown): string[] {
  if (type === "KEYS_ONLY") return ["projection keys"];
  if (!Array.isArray(attributes) || attributes.length === 0) return [];
  return [`projection ${attributes.map(quoted).join(" ")}`];
}

function typeName(type: unknown): string {
  return type === "number" || type === "Number" ? "Number" : "String";
}
