import type { Project } from "@arclet/manifest";
import type { Runtime, RuntimeOptions } from "@arclet/runtime";
import { CliError } from "../errors.ts";
import { SandboxPlugins } from "../plugins/sandbox-plugins.ts";
import { FunctionBuilds } from "../project/function-builds.ts";
import {
  createProjectBuilder,
  type ProjectBuilder,
  type ProjectBuilderOptions,
} from "../project/project-builder.ts";
import type { NetworkOptions } from "./network-options.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { developmentSecret } from "./app-secret.ts";
import { createApp } from "./create-app.ts";
import { appEnvironment } from "./function-environment.ts";
import { readDevProject, type WriteMissing } from "./read-dev-project.ts";
import type { DevEvent } from "./dev-event.ts";
import type { InspectAddress } from "./inspect-option.ts";
import { Reloader } from "./reloader.ts";
import { serviceOptions } from "./service-options.ts";
import { StartCommands } from "./start-commands.ts";
import type { StateOptions } from "./state-options.ts";

export interface DevSessionOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** null: `localhost`, over IPv4 and IPv6. */
  readonly host: string | null;
  readonly watches: boolean;
  /** Address for the debuggers of the functions' processes; null disables them. With a debugger, invocations do not time out. */
  readonly inspect: InspectAddress | null;
  /** Whether traffic events include functions' memory use; called for each invocation. */
  readonly measuresMemory: () => boolean;
  readonly state: StateOptions & NetworkOptions;
  /** Runtime options set by a test. @default nothing */
  readonly runtime?: Pick<
    RuntimeOptions,
    "clock" | "connections" | "limits" | "wrapExecution" | "maxEnvironments" | "processAhead"
  >;
  /** Where and how functions are built. @default as for `deploy`, in `.arclet/build` */
  readonly build?: ProjectBuilderOptions["build"];
  /** Environment variables of every function; they override `.env` and the preferences. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether the commands of `@sandbox-start` run. @default false */
  readonly runsStartCommands?: boolean;
  /** For `@create autocreate true`. @default nothing is written */
  readonly writeMissing?: WriteMissing;
  readonly onEvent: (event: DevEvent) => void;
  /** Whether the session is about to close. @default never */
  readonly isEnding?: () => Promise<boolean>;
}

/** Delay of work that only later saves need, so that it does not slow down the first requests. */
const prepareAfterMs = 500;

/** A running app that follows the saved files. */
export class DevSession {
  readonly #options: DevSessionOptions;
  readonly #builder: ProjectBuilder;
  readonly #runtime: Runtime;
  readonly #plugins: SandboxPlugins;
  readonly #reloader: Reloader;
  readonly #builds: FunctionBuilds;
  #preparing: NodeJS.Timeout | undefined;
  #types: Promise<void> = Promise.resolve();
  #commands: StartCommands | null = null;

  private constructor(
    options: DevSessionOptions,
    plugins: SandboxPlugins,
    builder: ProjectBuilder,
    runtime: Runtime,
    reloader: Reloader,
    builds: FunctionBuilds,
  ) {
    this.#options = options;
    this.#plugins = plugins;
    this.#builder = builder;
    this.#runtime = runtime;
    this.#reloader = reloader;
    this.#builds = builds;
  }

  /**
   * Starts to listen while functions are built; requests wait for their function's build. Resolves when all
   * functions are built and files are watched.
   *
   * @throws CliError when the manifest has errors or the port is taken.
   */
  static async start(options: DevSessionOptions): Promise<DevSession> {
    const { onEvent, root } = options;
    const startedAt = performance.now();
    // Load the runtime while files are read and functions are built.
    const loading = import("@arclet/runtime");
    loading.catch(() => null);
    const { plugged, diagnostics } = await readDevProject(
      root,
      options.variables,
      options.writeMissing ?? null,
    );
    if (plugged === null) {
      throw new CliError(
        "ERR_MANIFEST",
        `the manifest has errors\n\n${diagnosticsText(diagnostics)}`,
      );
    }
    const { project } = plugged;
    const plugins = new SandboxPlugins(plugged, (text) => onEvent({ type: "plugin-failed", text }));
    await plugins.beforeBuilds();
    let running: Runtime | null = null;
    const builder = createProjectBuilder(project, {
      runsHere: true,
      foldersInUse: () => running?.foldersInUse ?? new Set(),
      runtimes: () => plugins.runtimes,
      ...(options.build === undefined ? {} : { build: options.build }),
      ...(plugins.isEmpty
        ? {}
        : { onFile: (file) => plugins.saved(file), untilReady: () => plugins.settled() }),
    });
    const builds = new FunctionBuilds((declared) => builder.build(declared));
    const building = builds.buildAll(project.functions, project.functions);
    // A rejection is handled where it is awaited; this avoids an unhandled one if the start fails first.
    building.catch(() => null);

    const { createRuntime } = await loading;
    const app = createApp(project, builds, plugged.services, options.watches);
    const runtime = await createRuntime({
      app,
      appSecret: await developmentSecret(root),
      port: options.port,
      ...(options.host === null ? {} : { host: options.host }),
      ...(options.inspect === null ? {} : { inspect: options.inspect, enforcesTimeouts: false }),
      ...options.state,
      ...options.runtime,
      ...serviceOptions(project, process.env),
    }).catch(async (error: unknown) => {
      await plugins.close();
      await builder.close();
      throw error;
    });
    running = runtime;
    const reloader: Reloader = new Reloader({
      root,
      project,
      builder,
      builds,
      runtime,
      plugins,
      writeMissing: options.writeMissing ?? null,
      onEvent(event) {
        onEvent(event);
        if (event.type === "reloaded") session.#writeTypes();
        if (event.type === "reloaded" && changesPages(event.what))
          runtime.traffic.emit({ type: "page-changed" });
      },
      isEnding: options.isEnding ?? (() => Promise.resolve(false)),
    });
    const session = new DevSession(options, plugins, builder, runtime, reloader, builds);
    runtime.traffic.listen(
      (event) => {
        reloader.observe(event);
        onEvent({ type: "traffic", event });
      },
      {
        get memory() {
          return options.measuresMemory();
        },
      },
    );
    try {
      const watching = options.watches ? session.#watch(builds) : Promise.resolve();
      const [round] = await Promise.all([building, watching]);
      const all = [...diagnostics, ...round.diagnostics];
      if (all.length > 0) onEvent({ type: "diagnostics", diagnostics: all });
      reloader.reported(diagnostics);
      if (app.functions.some(({ build }) => build === "pending"))
        await runtime.update(createApp(project, builds, plugged.services, options.watches));
      await plugins.ready(runtime);
    } catch (error) {
      await session.close();
      throw error;
    }
    const durationMs = performance.now() - startedAt;
    onEvent({ type: "ready", project, runtime, durationMs });
    session.#writeTypes();
    reloader.start();
    const { startCommands } = project.preferences;
    if (options.runsStartCommands === true && startCommands.length > 0)
      session.#commands = new StartCommands(startCommands, {
        root,
        env: { ...plugins.commandEnvironment, ...appEnvironment(project) },
        onEvent,
      });
    return session;
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  /** The project that is running. */
  get project(): Project {
    return this.#reloader.project;
  }

  /** Rebuilds everything with other options, and runs the result. */
  async rebuild(build: NonNullable<ProjectBuilderOptions["build"]>): Promise<void> {
    const { project } = this;
    this.#builder.setBuild(project, build);
    const round = await this.#builds.buildAll(project.functions, project.functions);
    if (round.diagnostics.length > 0)
      this.#options.onEvent({ type: "diagnostics", diagnostics: round.diagnostics });
    const { services } = this.#plugins;
    await this.#runtime.update(createApp(project, this.#builds, services, this.#options.watches));
  }

  /** Closes sockets, runs their `$disconnect` functions, and stops everything. */
  async close(): Promise<void> {
    clearTimeout(this.#preparing);
    await this.#commands?.close();
    const reloaded = this.#reloader.close();
    await this.#builder.stopWatching();
    await reloaded;
    await this.#types;
    await this.#plugins.close();
    await this.#runtime.close();
    await this.#builder.close();
  }

  /** Writes the app's types for editors, in the background. Only while files are watched. */
  #writeTypes(): void {
    if (!this.#options.watches) return;
    const { onEvent } = this.#options;
    this.#types = this.#types.then(async () => {
      const { writeAppTypes } = await import("../types/write-app-types.ts");
      await writeAppTypes(this.project).catch((error: unknown) => {
        const text = error instanceof CliError ? error.message : String(error);
        onEvent({ type: "plugin-failed", text });
      });
    });
  }

  /** Resolves once files are watched. */
  async #watch(builds: FunctionBuilds): Promise<void> {
    const { onEvent } = this.#options;
    const reported = new Set<string>();
    await this.#builder.watch({
      project: () => this.project,
      builds,
      onSaved: (saved) => this.#reloader.handleSaved(saved),
      onStatic: () => this.#runtime.traffic.emit({ type: "page-changed" }),
      onError: (error) => {
        const text = error instanceof Error ? error.message : String(error);
        if (reported.has(text)) return;
        reported.add(text);
        onEvent({ type: "unwatched", text });
      },
    });
    this.#preparing = setTimeout(() => {
      this.#builder.prepare().catch((error: unknown) => {
        onEvent({ type: "bug", where: "bundler", error });
      });
    }, prepareAfterMs).unref();
  }
}

/** Whether a change may affect pages: any change, except of functions outside `http`. */
function changesPages(what: readonly string[]): boolean {
  return what.some((name) => name.startsWith("http/") || !/^[a-z-]+\//.test(name));
}
