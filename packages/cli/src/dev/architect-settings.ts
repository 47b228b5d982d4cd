import type { AwsSettings, Diagnostic, Project } from "@arclet/manifest";

type ApiType = AwsSettings["apigateway"];

const apiTypes: readonly ApiType[] = ["http", "httpv2", "httpv1", "rest"];
/** Ports of `@sandbox ports` that Arclet opens. */
const openedPorts: ReadonlySet<string> = new Set(["http", "events", "tables"]);

interface ArchitectSettings {
  readonly project: Project;
  /** Warnings for settings that have no effect in Arclet. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Applies the variables and preferences of Architect's sandbox, and warns about those without effect. */
export function withArchitectSettings(
  project: Project,
  env: { readonly [name: string]: string | undefined },
): ArchitectSettings {
  const diagnostics: Diagnostic[] = [];
  const warn = (text: string): void => {
    diagnostics.push({
      severity: "warning",
      code: "sandbox-setting-unused",
      text,
      location: null,
      notes: [],
    });
  };
  for (const name of ["ARC_INTERNAL", "ARC_INTERNAL_PORT"])
    if (env[name] !== undefined)
      warn(`${name} has no effect: Arclet serves everything on the HTTP port`);
  for (const port of Object.keys(project.preferences.sandbox.ports))
    if (!openedPorts.has(port))
      warn(`@sandbox ports ${port} has no effect: Arclet serves it on the HTTP or events port`);
  const given = env["ARC_API_TYPE"];
  if (given === undefined) return { project, diagnostics };
  const apigateway = apiTypes.find((name) => name === given);
  if (apigateway === undefined) {
    warn(`ARC_API_TYPE "${given}" has no effect: use ${apiTypes.join(", ")}`);
    return { project, diagnostics };
  }
  const aws = { ...project.manifest.aws, apigateway };
  return { project: { ...project, manifest: { ...project.manifest, aws } }, diagnostics };
}
