import { join, sep } from "node:path";
import {
  affectedFunctions,
  createFunctionBuilder,
  isNodeRuntime,
  watchPackages,
  watchProject,
  type BuildOptions,
  type FunctionBuilder,
  type PackageWatch,
  type ProjectWatcher,
} from "@arclet/builder";
import type { Project, ProjectFunction } from "@arclet/manifest";
import { cacheDirectoryOf } from "./project-folder.ts";
import { compileFunction } from "../plugins/compile-function.ts";
import type { PluginRuntime } from "../plugins/plugin-runtime.ts";
import type { SavedFiles } from "./saved-files.ts";
import type { BuildOutcome, FunctionBuilds } from "./function-builds.ts";
import { concernsProject } from "./concerns-project.ts";

/** Builds a project's functions, and determines which of them a saved file affects. */
export interface ProjectBuilder {
  build(declared: ProjectFunction): Promise<BuildOutcome>;
  /** Starts the bundler before the first save. A start in an unchanged project does not need it. */
  prepare(): Promise<void>;
  /** Applies an edited project. Returns true if its settings require rebuilding every function. */
  update(project: Project): boolean;
  /** Like `update`, with other build folders or replaced modules. */
  setBuild(project: Project, build: NonNullable<ProjectBuilderOptions["build"]>): boolean;
  /** Resolves once files are watched. */
  watch(watched: WatchTarget): Promise<void>;
  stopWatching(): Promise<void>;
  close(): Promise<void>;
}

export interface WatchTarget {
  readonly project: () => Project;
  readonly builds: Pick<FunctionBuilds, "inputs" | "missing">;
  readonly onSaved: (saved: SavedFiles) => void;
  /** A file of the static folder was saved or removed. */
  readonly onStatic: () => void;
  /** The system limits file watches. */
  readonly onError: (error: unknown) => void;
}

export interface ProjectBuilderOptions {
  /** Whether builds run only on this machine. Deployed builds include everything they need. */
  readonly runsHere?: boolean;
  /** Custom runtimes of plugins, by function. */
  readonly runtimes?: () => ReadonlyMap<string, PluginRuntime>;
  /** Called for every saved or removed file, before functions are rebuilt. */
  readonly onFile?: (file: string) => void;
  /** Build options that differ from those of `dev` and `deploy`. */
  readonly build?: Pick<BuildOptions, "outDirectory" | "cacheDirectory" | "replace">;
  /** Absolute paths of build folders that must not be changed. @default none */
  readonly foldersInUse?: () => ReadonlySet<string>;
  /** Awaited before each build. @default builds immediately */
  readonly untilReady?: () => Promise<void>;
}

export function createProjectBuilder(
  project: Project,
  options: ProjectBuilderOptions = {},
): ProjectBuilder {
  return new WatchingProjectBuilder(project, options);
}

class WatchingProjectBuilder implements ProjectBuilder {
  #options: ProjectBuilderOptions;
  readonly #root: string;
  #settings: BuildOptions;
  #builder: FunctionBuilder;
  /** Builders with earlier settings, until their last builds have ended. */
  readonly #closing = new Set<Promise<void>>();
  #watcher: ProjectWatcher | null = null;
  #packages: PackageWatch | null = null;

  constructor(project: Project, options: ProjectBuilderOptions) {
    this.#options = options;
    this.#root = project.root;
    this.#settings = settingsOf(project, options);
    this.#builder = createFunctionBuilder(this.#settings);
  }

  async build(declared: ProjectFunction): Promise<BuildOutcome> {
    const { untilReady, runtimes } = this.#options;
    await untilReady?.();
    const compiled = await compileFunction(declared, runtimes?.() ?? new Map(), this.#root);
    return this.#builder.build(compiled);
  }

  prepare(): Promise<void> {
    return this.#builder.prepare();
  }

  update(project: Project): boolean {
    const settings = settingsOf(project, this.#options);
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return false;
    const closing = this.#builder.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    this.#settings = settings;
    this.#builder = createFunctionBuilder(settings);
    return true;
  }

  setBuild(project: Project, build: NonNullable<ProjectBuilderOptions["build"]>): boolean {
    this.#options = { ...this.#options, build };
    return this.update(project);
  }

  async watch(target: WatchTarget): Promise<void> {
    const { project, builds, onSaved, onError } = target;
    const follow = (): void =>
      this.#watcher?.follow(project().functions.flatMap(({ id }) => builds.inputs(id)));
    const [watcher, packages] = await Promise.all([
      watchProject(
        this.#root,
        (files) => {
          const saved = this.#savedFiles(files, target);
          if (saved.isProjectChanged || saved.functions.size > 0) onSaved(saved);
          if ([...files].some((file) => isStaticFile(file, project()))) target.onStatic();
          follow();
        },
        { onError },
      ),
      watchPackages(this.#root, () => {
        const functions = functionsWithPackages(target);
        if (functions.size > 0) onSaved({ isProjectChanged: false, functions });
      }),
    ]);
    this.#watcher = watcher;
    this.#packages = packages;
    follow();
  }

  async stopWatching(): Promise<void> {
    this.#packages?.close();
    this.#packages = null;
    await this.#watcher?.close();
    this.#watcher = null;
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing);
    await this.#builder.close();
  }

  #savedFiles(files: ReadonlySet<string>, { project, builds }: WatchTarget): SavedFiles {
    const { onFile } = this.#options;
    if (onFile !== undefined) for (const file of files) onFile(file);
    const current = project();
    return {
      isProjectChanged: [...files].some((file) => concernsProject(file, current)),
      functions: affectedFunctions(
        files,
        current.functions.map(({ id, directory, config }) => ({
          functionId: id,
          directory,
          isBundled: isNodeRuntime(config.runtime) && config.bundle,
          inputs: builds.inputs(id),
          missing: builds.missing(id),
        })),
      ),
    };
  }
}

function isStaticFile(file: string, { root, manifest }: Project): boolean {
  return manifest.static !== null && file.startsWith(join(root, manifest.static.folder) + sep);
}

/** Functions that newly installed packages may affect, with no saved files of their own. */
function functionsWithPackages({ project, builds }: WatchTarget): SavedFiles["functions"] {
  const isConcerned = ({ id, config }: ProjectFunction): boolean =>
    builds.missing(id) !== null ||
    !config.bundle ||
    builds.inputs(id).some((input) => /[\\/]node_modules[\\/]/.test(input));
  return new Map(project().functions.flatMap((one) => (isConcerned(one) ? [[one.id, []]] : [])));
}

function settingsOf(
  project: Project,
  { runsHere = false, build, foldersInUse }: ProjectBuilderOptions,
): BuildOptions {
  return {
    ...buildOptions(project, runsHere),
    ...build,
    ...(foldersInUse === undefined ? {} : { foldersInUse }),
  };
}

function buildOptions({ root, manifest, manifestFile }: Project, runsHere: boolean): BuildOptions {
  const alias: Record<string, string> = {};
  for (const [name, folder] of [
    ["shared", manifest.shared],
    ["views", manifest.views],
  ] as const) {
    if (folder === null) continue;
    alias[`@architect/${name}`] = join(root, folder.src);
    alias[`@${name}`] = join(root, folder.src);
  }
  return {
    root,
    alias,
    cacheDirectory: cacheDirectoryOf(root),
    keepsOlderAwsSdk: runsHere,
    ...(manifestFile?.endsWith(".arc") === true ? { manifestFile } : {}),
  };
}
