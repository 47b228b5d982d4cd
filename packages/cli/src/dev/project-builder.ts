import { join, sep } from "node:path";
import { createFunctionBuilder, watchProject, type ProjectWatcher } from "@arclet/build";
import type { Project, ProjectFunction } from "@arclet/manifest";
import type { SavedFiles } from "./dev-event.ts";
import type { BuildOutcome } from "./function-builds.ts";

/** Builds a project's functions, and tells which of them a save touches. */
export interface ProjectBuilder {
  build(declared: ProjectFunction): Promise<BuildOutcome>;
  /** Resolves once saves are noticed. `inputsOf`: files a function was built of. */
  watch(
    project: () => Project,
    inputsOf: (functionId: string) => readonly string[],
    onSaved: (saved: SavedFiles) => void,
  ): Promise<void>;
  stopWatching(): Promise<void>;
  close(): Promise<void>;
}

export function createProjectBuilder(project: Project): ProjectBuilder {
  const { root, manifest } = project;
  const alias: Record<string, string> = {};
  for (const [name, folder] of [
    ["shared", manifest.shared],
    ["views", manifest.views],
  ] as const) {
    if (folder !== null) alias[`@architect/${name}`] = join(root, folder.src);
  }
  const builder = createFunctionBuilder({ root, alias });
  let watcher: ProjectWatcher | null = null;
  return {
    build: (declared) => builder.build(declared),
    async watch(current, inputsOf, onSaved) {
      watcher = await watchProject(root, (files) => {
        const now = current();
        const watched = new Set(now.watchedFiles);
        const isProjectChanged = [...files].some((file) => watched.has(file));
        const touched = now.functions.filter(({ id, directory }) => {
          const inputs = new Set(inputsOf(id));
          return [...files].some((file) => file.startsWith(directory + sep) || inputs.has(file));
        });
        const functionIds = new Set(touched.map(({ id }) => id));
        if (isProjectChanged || functionIds.size > 0) onSaved({ isProjectChanged, functionIds });
      });
    },
    async stopWatching() {
      await watcher?.close();
      watcher = null;
    },
    close: () => builder.close(),
  };
}
