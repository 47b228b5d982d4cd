import type { Diagnostic, Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { loadPlugins, macrosOf } from "./load-plugins.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";
import { noTexts, readProjectTexts } from "./project-texts.ts";
import { Plugins, type Environments, type Services } from "./plugins.ts";

/** A project extended by its plugins. */
export interface PluggedProject {
  readonly project: Project;
  readonly plugins: Plugins;
  /** Variables set by plugins. Those for testing are already merged into the project's preferences. */
  readonly environments: Environments;
  /** Values that functions can discover locally, by plugin. */
  readonly services: Services;
  /** Custom runtimes, by the ids of the functions that have one. */
  readonly runtimes: ReadonlyMap<string, PluginRuntime>;
}

export interface PluggedResult {
  /** null if errors make it unusable. */
  readonly plugged: PluggedProject | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a project, loads its plugins, and lets them extend it.
 * @throws CliError `ERR_PLUGIN`
 */
export async function readPluggedProject(root: string): Promise<PluggedResult> {
  let plugins = new Plugins(root, noTexts, []);
  const { project, diagnostics } = await readProject(root, {
    extend: async (manifest) => {
      const macros = macrosOf(manifest);
      if (manifest.plugins.length + macros.length === 0) return { manifest, diagnostics: [] };
      const texts = await readProjectTexts(root);
      plugins = new Plugins(root, texts, await loadPlugins(root, manifest.plugins, macros));
      const extended = await plugins.extend(manifest);
      return { ...extended, diagnostics: [...plugins.warnings, ...extended.diagnostics] };
    },
  });
  if (project === null) return { plugged: null, diagnostics };
  const environments = await plugins.environments(project);
  const services = await plugins.services(project);
  const runtimes = await plugins.runtimes(project);
  const functions = project.functions.map((declared) => {
    const runtime = runtimes.get(declared.id)?.baseRuntime ?? declared.config.runtime;
    return { ...declared, config: { ...declared.config, runtime } };
  });
  const { env } = project.preferences;
  const preferences = {
    ...project.preferences,
    // The user's values take precedence over a plugin's.
    env: {
      testing: { ...environments.testing, ...env.testing },
      staging: { ...environments.staging, ...env.staging },
      production: { ...environments.production, ...env.production },
    },
  };
  const manifest = { ...project.manifest, functions };
  const plugged = {
    project: { ...project, manifest, functions, preferences },
    plugins,
    environments,
    services,
    runtimes,
  };
  return { plugged, diagnostics };
}
