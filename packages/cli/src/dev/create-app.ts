import type { Project } from "@arclet/manifest";
import type { RuntimeApp } from "@arclet/runtime";
import type { FunctionBuilds } from "../project/function-builds.ts";
import { appEnvironment, functionEnvironment } from "./function-environment.ts";

/**
 * Combines a project with its builds into the app the runtime runs. Functions without a build are still being built.
 *
 * @param watches whether files are watched; if not, pages are never reloaded
 */
export function createApp(
  project: Project,
  builds: FunctionBuilds,
  services: NonNullable<RuntimeApp["services"]>,
  watches: boolean,
): RuntimeApp {
  return {
    manifest: project.manifest,
    root: project.root,
    env: appEnvironment(project),
    services,
    livereload: watches && project.preferences.sandbox.livereload,
    functions: project.functions.map((declared) => ({
      functionId: declared.id,
      config: declared.config,
      env: functionEnvironment(project, declared),
      build: builds.has(declared.id) ? builds.get(declared.id) : "pending",
    })),
  };
}
