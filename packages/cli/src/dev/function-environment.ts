import type { EnvironmentName, Project, ProjectFunction } from "@arclet/manifest";

/**
 * Variables a person set for a function: those of `.env` and the preferences. What says where things
 * are is the runtime's to add.
 */
export function functionEnvironment(
  project: Project,
  declared: ProjectFunction,
): { readonly [name: string]: string } {
  const { preferences } = project;
  const environment: EnvironmentName = preferences.sandbox.env ?? "testing";
  const given = declared.config.env
    ? preferences.env[environment]
    : { ARC_DISABLE_ENV_VARS: "true" };
  return { NODE_ENV: environment, ...given, ARC_ENV: environment };
}
