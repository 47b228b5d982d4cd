import { parseArc, type Diagnostic, type Manifest } from "@arclet/manifest";
import { overlayFunctionConfig } from "@arclet/manifest/node";
import { quoted } from "./manifest-text.ts";

export interface ExtendedManifest {
  readonly manifest: Manifest;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a plugin's entries and functions of the manifest have in common: `get /cats`, `events/job`. */
export function entryKey(
  hook: string,
  { method, path, name }: Readonly<Record<string, unknown>>,
): string {
  return hook === "http"
    ? `${String(method).toLowerCase()} ${String(path)}`
    : `${hook}/${String(name)}`;
}

const arcSettings: ReadonlySet<string> = new Set(["env", "ignoreDependencies", "shared", "views"]);

/** Lays what a plugin configures over its functions; a `config.arc` beside the code still wins. */
export function withConfigs(
  manifest: Manifest,
  configs: ReadonlyMap<string, object>,
  file: string,
): ExtendedManifest {
  if (configs.size === 0) return { manifest, diagnostics: [] };
  const routes = new Map(
    manifest.http?.routes.map(({ method, path, functionId }) => [functionId, `${method} ${path}`]),
  );
  const diagnostics: Diagnostic[] = [];
  const functions = manifest.functions.map((declared) => {
    const key = routes.get(declared.id) ?? `${declared.pragma}/${declared.name}`;
    const given = Object.entries(configs.get(key) ?? {}).filter(([, value]) => value !== null);
    if (given.length === 0) return declared;
    const linesIn = (isArc: boolean): readonly string[] =>
      given
        .filter(([name]) => arcSettings.has(name) === isArc)
        .map(([name, value]) => [name, ...[value].flat().map(quoted)].join(" "));
    const text = ["@aws", ...linesIn(false), "@arc", ...linesIn(true), ""].join("\n");
    const overlaid = overlayFunctionConfig(parseArc(text, { file }), declared.config, manifest);
    diagnostics.push(...overlaid.diagnostics);
    return { ...declared, config: overlaid.config };
  });
  return { manifest: { ...manifest, functions }, diagnostics };
}
