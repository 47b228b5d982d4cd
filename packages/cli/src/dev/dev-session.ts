import type { Project, ProjectFunction } from "@arclet/manifest";
import type { Runtime, RuntimeApp } from "@arclet/runtime";
import { CliError } from "../errors.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import type { DevEvent } from "./dev-event.ts";
import type { SavedFiles } from "../project/saved-files.ts";
import {
  readPluggedProject,
  type PluggedProject,
  type PluggedResult,
} from "../plugins/plugged-project.ts";
import { SandboxPlugins } from "../plugins/sandbox-plugins.ts";
import { FunctionBuilds } from "../project/function-builds.ts";
import { functionEnvironment } from "./function-environment.ts";
import { serviceOptions } from "./service-options.ts";
import { createProjectBuilder, type ProjectBuilder } from "../project/project-builder.ts";
import type { StateOptions } from "./state-options.ts";

export interface DevSessionOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** null: `localhost` in both families. */
  readonly host: string | null;
  readonly watches: boolean;
  /** Functions run where a debugger of this process stops in them, without time-outs. */
  readonly isDebugged: boolean;
  readonly state: StateOptions;
  readonly onEvent: (event: DevEvent) => void;
}

/** The first sockets and requests of an app that was just started come before what only a save needs. */
const prepareAfterMs = 500;

/**
 * Keeps a running app equal to what is saved.
 *
 *     watcher ──saved──▶ read the project ──▶ build what it touched ──▶ runtime.update
 *
 * One reload at a time; what is saved meanwhile is gathered for the next. What does not work
 * (a manifest with errors, a function that does not build) leaves the running app as it is.
 */
export class DevSession {
  readonly #options: DevSessionOptions;
  readonly #builder: ProjectBuilder;
  readonly #builds: FunctionBuilds;
  readonly #runtime: Runtime;
  readonly #plugins: SandboxPlugins;
  #project: Project;
  #saved: SavedFiles | null = null;
  #reloading: Promise<void> | null = null;
  #isClosing = false;
  #preparing: NodeJS.Timeout | undefined;

  private constructor(
    options: DevSessionOptions,
    { project }: PluggedProject,
    plugins: SandboxPlugins,
    builder: ProjectBuilder,
    builds: FunctionBuilds,
    runtime: Runtime,
  ) {
    this.#options = options;
    this.#project = project;
    this.#plugins = plugins;
    this.#builder = builder;
    this.#builds = builds;
    this.#runtime = runtime;
  }

  /** @throws CliError when the manifest has errors or the port is taken. */
  static async start(options: DevSessionOptions): Promise<DevSession> {
    const startedAt = performance.now();
    // The runtime is loaded while files are read.
    const [{ plugged, diagnostics }, { createRuntime }] = await Promise.all([
      readPluggedProject(options.root),
      import("@arclet/runtime"),
    ]);
    if (plugged === null) {
      throw new CliError(
        "ERR_MANIFEST",
        `the manifest has errors\n\n${diagnosticsText(diagnostics)}`,
      );
    }
    const { project } = plugged;
    const plugins = new SandboxPlugins(plugged, (text) =>
      options.onEvent({ type: "plugin-failed", text }),
    );
    await plugins.beforeBuilds();
    const builder = createProjectBuilder(project, {
      runsHere: true,
      runtimes: () => plugins.runtimes,
      ...(plugins.isEmpty
        ? {}
        : { onFile: (file) => plugins.saved(file), untilReady: () => plugins.settled() }),
    });
    const builds = new FunctionBuilds((declared) => builder.build(declared));
    const round = await builds.buildAll(project.functions, project.functions);
    const all = [...diagnostics, ...round.diagnostics];
    if (all.length > 0) options.onEvent({ type: "diagnostics", diagnostics: all });

    const runtime = await createRuntime({
      app: createApp(project, builds),
      port: options.port,
      ...(options.host === null ? {} : { host: options.host }),
      ...(options.isDebugged ? { execution: "in-process", enforcesTimeouts: false } : {}),
      ...options.state,
      ...serviceOptions(project, process.env),
    }).catch(async (error: unknown) => {
      await plugins.close();
      await builder.close();
      throw error;
    });
    const session = new DevSession(options, plugged, plugins, builder, builds, runtime);
    runtime.traffic.listen((event) => options.onEvent({ type: "traffic", event }));
    await plugins.ready(runtime).catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    if (options.watches) {
      await session.#watch();
      session.#prepareBuilder();
    }
    const durationMs = performance.now() - startedAt;
    options.onEvent({ type: "ready", project, runtime, durationMs });
    return session;
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  /** As it runs now. */
  get project(): Project {
    return this.#project;
  }

  /** Drains: runs `$disconnect` for open sockets and stops everything. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#preparing);
    await this.#builder.stopWatching();
    await this.#reloading;
    await this.#plugins.close();
    await this.#runtime.close();
    await this.#builder.close();
  }

  /** Resolves once saves are noticed. */
  #watch(): Promise<void> {
    return this.#builder.watch(
      () => this.#project,
      this.#builds,
      (saved) => this.#handleSaved(saved),
    );
  }

  #prepareBuilder(): void {
    this.#preparing = setTimeout(() => {
      this.#builder.prepare().catch((error: unknown) => {
        this.#options.onEvent({ type: "bug", where: "bundler", error });
      });
    }, prepareAfterMs).unref();
  }

  #handleSaved(saved: SavedFiles): void {
    if (this.#isClosing) return;
    this.#saved = mergeSaved(this.#saved, saved);
    this.#reloading ??= this.#reloadAll().finally(() => {
      this.#reloading = null;
    });
  }

  async #reloadAll(): Promise<void> {
    while (this.#saved !== null && !this.#isClosing) {
      const saved = this.#saved;
      this.#saved = null;
      try {
        await this.#reload(saved);
      } catch (error) {
        this.#options.onEvent({ type: "bug", where: "reload", error });
      }
    }
  }

  async #reload(saved: SavedFiles): Promise<void> {
    const startedAt = performance.now();
    const before = this.#project;
    if (saved.isProjectChanged && !(await this.#readAgain())) return;
    const stale = this.#project.functions.filter(
      (declared) =>
        saved.functionIds.has(declared.id) ||
        !this.#builds.has(declared.id) ||
        needsBuild(before, declared),
    );
    const round = await this.#builds.buildAll(stale, this.#project.functions);
    if (round.diagnostics.length > 0) {
      this.#options.onEvent({ type: "diagnostics", diagnostics: round.diagnostics });
    }
    for (const id of round.failed) {
      const runsOn = this.#builds.get(id).ok;
      this.#options.onEvent(
        runsOn ? { type: "kept", what: id } : { type: "broken", functionId: id },
      );
    }
    if (!round.needsUpdate && !saved.isProjectChanged) return;
    await this.#runtime.update(this.#app());
    if (round.changed.length === 0 && !saved.isProjectChanged) return;
    this.#options.onEvent({
      type: "reloaded",
      what: saved.isProjectChanged ? describeProjectChange(before, this.#project) : round.changed,
      durationMs: performance.now() - startedAt,
    });
  }

  /** False: the new manifest does not work, and the one before stays. */
  async #readAgain(): Promise<boolean> {
    const { plugged, diagnostics } = await this.#readPlugged();
    const project = plugged?.project ?? null;
    if (diagnostics.length > 0) this.#options.onEvent({ type: "diagnostics", diagnostics });
    // A manifest that vanished is being replaced by an editor, or was deleted by mistake.
    const isGone = project?.manifestFile === null && this.#project.manifestFile !== null;
    if (project === null || isGone) {
      this.#options.onEvent({ type: "kept", what: "manifest" });
      return false;
    }
    this.#project = project;
    if (plugged !== null) this.#plugins.update(plugged);
    return true;
  }

  /** A plugin that fails leaves the running app as it is, as a manifest with errors does. */
  async #readPlugged(): Promise<PluggedResult> {
    try {
      return await readPluggedProject(this.#options.root);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.#options.onEvent({ type: "plugin-failed", text: error.message });
      return { plugged: null, diagnostics: [] };
    }
  }

  #app(): RuntimeApp {
    return createApp(this.#project, this.#builds);
  }
}

function createApp(project: Project, builds: FunctionBuilds): RuntimeApp {
  return {
    manifest: project.manifest,
    root: project.root,
    functions: project.functions.map((declared) => ({
      functionId: declared.id,
      config: declared.config,
      env: functionEnvironment(project, declared),
      build: builds.get(declared.id),
    })),
  };
}

/** A function whose folder or handling changed is built again, also when no file of it did. */
function needsBuild(before: Project, declared: ProjectFunction): boolean {
  const old = before.functions.find(({ id }) => id === declared.id);
  return (
    old === undefined ||
    old.directory !== declared.directory ||
    old.exists !== declared.exists ||
    old.config.handler !== declared.config.handler ||
    old.config.bundle !== declared.config.bundle ||
    old.config.runtime !== declared.config.runtime
  );
}

/** `added get /cats`, `removed ws/hello`; the manifest itself for anything finer. */
function describeProjectChange(before: Project, after: Project): readonly string[] {
  const old = new Set(before.functions.map(({ id }) => id));
  const now = new Set(after.functions.map(({ id }) => id));
  const changes = [
    ...[...now].filter((id) => !old.has(id)).map((id) => `+ ${id}`),
    ...[...old].filter((id) => !now.has(id)).map((id) => `- ${id}`),
  ];
  return changes.length === 0 ? ["the project's settings"] : changes;
}

function mergeSaved(first: SavedFiles | null, second: SavedFiles): SavedFiles {
  if (first === null) return second;
  return {
    isProjectChanged: first.isProjectChanged || second.isProjectChanged,
    functionIds: new Set([...first.functionIds, ...second.functionIds]),
  };
}
