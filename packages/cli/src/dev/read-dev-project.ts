import { readPluggedProject, type PluggedResult } from "../plugins/plugged-project.ts";
import { withArchitectSettings } from "./architect-settings.ts";

/** A project with its plugins, as it runs on this machine. @throws CliError `ERR_PLUGIN` */
export async function readDevProject(root: string): Promise<PluggedResult> {
  const { plugged, diagnostics } = await readPluggedProject(root);
  if (plugged === null) return { plugged, diagnostics };
  const settings = withArchitectSettings(plugged.project, process.env);
  return {
    plugged: { ...plugged, project: settings.project },
    diagnostics: [...diagnostics, ...settings.diagnostics],
  };
}
