import { join } from "node:path";
import {
  affectedFunctions,
  createFunctionBuilder,
  watchProject,
  type ProjectWatcher,
} from "@arclet/builder";
import type { Project, ProjectFunction } from "@arclet/manifest";
import { cacheDirectoryOf } from "./project-folder.ts";
import { compileFunction } from "../plugins/compile-function.ts";
import type { PluginRuntime } from "../plugins/plugin-runtime.ts";
import type { SavedFiles } from "./saved-files.ts";
import type { BuildOutcome, FunctionBuilds } from "./function-builds.ts";

/** Builds a project's functions, and tells which of them a save touches. */
export interface ProjectBuilder {
  build(declared: ProjectFunction): Promise<BuildOutcome>;
  /** Starts the bundler ahead of the first save: a start in an unchanged project did not need it. */
  prepare(): Promise<void>;
  /** Resolves once saves are noticed. */
  watch(
    project: () => Project,
    builds: Pick<FunctionBuilds, "inputs" | "isFailing">,
    onSaved: (saved: SavedFiles) => void,
  ): Promise<void>;
  stopWatching(): Promise<void>;
  close(): Promise<void>;
}

export interface ProjectBuilderOptions {
  /** Whether what is built runs on this machine only; what is deployed holds all it needs. */
  readonly runsHere?: boolean;
  /** Custom runtimes of plugins, by function. */
  readonly runtimes?: () => ReadonlyMap<string, PluginRuntime>;
  /** Gets every file that was saved or removed, before functions are built again. */
  readonly onFile?: (file: string) => void;
  /** Awaited before each build. @default builds at once */
  readonly untilReady?: () => Promise<void>;
}

export function createProjectBuilder(
  project: Project,
  { runsHere = false, runtimes, onFile, untilReady }: ProjectBuilderOptions = {},
): ProjectBuilder {
  const { root, manifest } = project;
  const alias: Record<string, string> = {};
  for (const [name, folder] of [
    ["shared", manifest.shared],
    ["views", manifest.views],
  ] as const) {
    if (folder === null) continue;
    alias[`@architect/${name}`] = join(root, folder.src);
    alias[`@${name}`] = join(root, folder.src);
  }
  const builder = createFunctionBuilder({
    root,
    alias,
    cacheDirectory: cacheDirectoryOf(root),
    keepsOlderAwsSdk: runsHere,
    ...(project.manifestFile?.endsWith(".arc") === true
      ? { manifestFile: project.manifestFile }
      : {}),
  });
  let watcher: ProjectWatcher | null = null;
  return {
    async build(declared) {
      await untilReady?.();
      return builder.build(await compileFunction(declared, runtimes?.() ?? new Map(), root));
    },
    prepare: () => builder.prepare(),
    async watch(current, builds, onSaved) {
      watcher = await watchProject(root, (files) => {
        if (onFile !== undefined) for (const file of files) onFile(file);
        const { watchedFiles, functions } = current();
        const watched = new Set(watchedFiles);
        const isProjectChanged = [...files].some((file) => watched.has(file));
        const functionIds = affectedFunctions(
          files,
          functions.map(({ id, directory }) => ({
            functionId: id,
            directory,
            inputs: builds.inputs(id),
            isBroken: builds.isFailing(id),
          })),
        );
        if (isProjectChanged || functionIds.size > 0) onSaved({ isProjectChanged, functionIds });
        watcher?.follow(functions.flatMap(({ id }) => builds.inputs(id)));
      });
      watcher.follow(current().functions.flatMap(({ id }) => builds.inputs(id)));
    },
    async stopWatching() {
      await watcher?.close();
      watcher = null;
    },
    close: () => builder.close(),
  };
}
