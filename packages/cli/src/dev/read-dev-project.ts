import { readPluggedProject, type PluggedResult } from "../plugins/plugged-project.ts";
import { withArchitectSettings } from "./architect-settings.ts";

/**
 * Reads a project with its plugins, to run it locally.
 *
 * @param variables of every function; they override those set elsewhere
 * @throws CliError `ERR_PLUGIN`
 */
export async function readDevProject(
  root: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<PluggedResult> {
  const { plugged, diagnostics } = await readPluggedProject(root);
  if (plugged === null) return { plugged, diagnostics };
  const settings = withArchitectSettings(plugged.project, process.env);
  const { project } = settings;
  const { preferences } = project;
  const environment = preferences.sandbox.env ?? "testing";
  const env = {
    ...preferences.env,
    [environment]: { ...preferences.env[environment], ...variables },
  };
  return {
    plugged: { ...plugged, project: { ...project, preferences: { ...preferences, env } } },
    diagnostics: [...diagnostics, ...settings.diagnostics],
  };
}
