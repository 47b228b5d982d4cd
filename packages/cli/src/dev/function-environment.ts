import type { EnvironmentName, Project, ProjectFunction } from "@arclet/manifest";

/**
 * Variables the user set for a function, in `.env` and the preferences. The runtime adds those that locate
 * services.
 */
export function functionEnvironment(
  project: Project,
  declared: ProjectFunction,
): { readonly [name: string]: string } {
  const environment = environmentOf(project);
  const given = declared.config.env ? appEnvironment(project) : { ARC_DISABLE_ENV_VARS: "true" };
  return { NODE_ENV: environment, ...given, ARC_ENV: environment };
}

/** Variables the user set for all functions, in `.env` and the preferences. */
export function appEnvironment(project: Project): { readonly [name: string]: string } {
  return project.preferences.env[environmentOf(project)];
}

function environmentOf({ preferences }: Project): EnvironmentName {
  return preferences.sandbox.env ?? "testing";
}
