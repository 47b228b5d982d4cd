import type { Project } from "@arclet/manifest";
import type { RuntimeApp } from "@arclet/runtime";
import type { FunctionBuilds } from "../project/function-builds.ts";
import { appEnvironment, functionEnvironment } from "./function-environment.ts";

/**
 * A project with its builds, as the runtime runs it. What was never built so far is being built.
 *
 * @param watches whether saves are noticed: without it no page has to load again
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
