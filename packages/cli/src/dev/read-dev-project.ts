import { readPluggedProject, type PluggedResult } from "../plugins/plugged-project.ts";
import type { Project } from "@arclet/manifest";
import { withArchitectSettings } from "./architect-settings.ts";

/** Writes the functions that a project declares and does not have; resolves with the files that are new. */
export type WriteMissing = (project: Project) => Promise<readonly string[]>;

/**
 * Reads a project with its plugins, to run it locally.
 *
 * @param variables of every function; they override those set elsewhere
 * @param writeMissing asked when the preferences say `@create autocreate true`
 * @throws CliError `ERR_PLUGIN`
 */
export async function readDevProject(
  root: string,
  variables: Readonly<Record<string, string>> = {},
  writeMissing: WriteMissing | null = null,
): Promise<PluggedResult> {
  let read = await readPluggedProject(root);
  const found = read.plugged?.project;
  if (writeMissing !== null && found?.preferences.create.autocreate === true)
    if ((await writeMissing(found)).length > 0) read = await readPluggedProject(root);
  const { plugged, diagnostics } = read;
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
