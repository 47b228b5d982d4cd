import type { EnvironmentName, Project, ProjectFunction } from "@arclet/manifest";

/**
 * Variables a person set for a function: those of `.env` and the preferences. What says where things
 * are is the runtime's to add.
 */
export function functionEnvironment(
  project: Project,
  declared: ProjectFunction,
): { readonly [name: string]: string } {
  const environment = environmentOf(project);
  const given = declared.config.env ? appEnvironment(project) : { ARC_DISABLE_ENV_VARS: "true" };
  return { NODE_ENV: environment, ...given, ARC_ENV: environment };
}

/** Variables a person set for all functions: those of `.env` and the preferences. */
export function appEnvironment(project: Project): { readonly [name: string]: string } {
  return project.preferences.env[environmentOf(project)];
}

function environmentOf({ preferences }: Project): EnvironmentName {
  return preferences.sandbox.env ?? "testing";
}
