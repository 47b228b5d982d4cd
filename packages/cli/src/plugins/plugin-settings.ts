import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "@arclet/manifest";
import { runHook, type LoadedPlugin } from "./loaded-plugin.ts";
import { pragmaLines, quoted, within } from "./manifest-text.ts";
import type { PluginContext } from "./plugin.ts";

/** Hooks that return settings of the app, not functions. */
export type SettingsHook = "shared" | "views" | "static" | "proxy";

export interface PluginSettings {
  /** Merges a plugin's settings into pragmas. The manifest's own settings take precedence. */
  readonly lines: readonly string[];
  readonly folders: Partial<Pick<Manifest, "shared" | "views">>;
}

/** @throws CliError `ERR_PLUGIN` if a hook fails, or requires a folder that does not exist. */
export async function readPluginSettings(
  loaded: LoadedPlugin,
  manifest: Manifest,
  context: PluginContext,
): Promise<PluginSettings> {
  const { set = {} } = loaded.plugin;
  const run = (hook: SettingsHook): Promise<unknown> =>
    runHook<unknown>(loaded, `set.${hook}`, () => set[hook]?.(context));
  const folders: { shared?: Manifest["shared"]; views?: Manifest["views"] } = {};
  for (const name of ["shared", "views"] as const) {
    const src = await folderOf(loaded, name, run, context.root);
    // `src` in the manifest takes precedence.
    if (src === null || hasOwnFolder(manifest, name)) continue;
    folders[name] = { src, only: manifest[name]?.only ?? null };
  }
  const lines: string[] = [];
  const statics = asEntries(await run("static"));
  if (statics.length > 0 && !isDisabled(manifest)) {
    lines.push("@static", ...statics.flatMap(([key, value]) => settingLine(key, value)));
    lines.push(...pragmaLines("static", manifest.pragmas["static"]).slice(1));
  }
  const proxies = asEntries(await run("proxy"));
  if (proxies.length > 0) {
    lines.push("@proxy", ...proxies.flatMap(([key, value]) => settingLine(key, value)));
    lines.push(...pragmaLines("proxy", manifest.pragmas["proxy"]).slice(1));
  }
  return { lines, folders };
}

async function folderOf(
  loaded: LoadedPlugin,
  name: "shared" | "views",
  run: (hook: SettingsHook) => Promise<unknown>,
  root: string,
): Promise<string | null> {
  const given = await run(name);
  const { src, required } = (typeof given === "object" && given !== null ? given : {}) as {
    readonly src?: unknown;
    readonly required?: unknown;
  };
  if (typeof src !== "string") return null;
  const folder = within(root, src);
  if (existsSync(join(root, folder))) return folder;
  if (required !== true) return null;
  return runHook(loaded, `set.${name}`, () => {
    throw new Error(`the folder ${folder} does not exist`);
  });
}

/** Whether the manifest sets `src` below the pragma. */
function hasOwnFolder({ pragmas }: Manifest, name: "shared" | "views"): boolean {
  return (pragmas[name] ?? []).some((value) => Array.isArray(value) && value[0] === "src");
}

function isDisabled({ pragmas }: Manifest): boolean {
  const [first] = pragmas["static"] ?? [];
  return first === false || first === "disable" || first === "disabled";
}

function asEntries(given: unknown): readonly (readonly [string, unknown])[] {
  return typeof given === "object" && given !== null ? Object.entries(given) : [];
}

function settingLine(key: string, value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [[key, ...values.map(quoted)].join(" ")];
}
