import type { Project } from "@arclet/manifest";
import type { Runtime } from "@arclet/runtime";
import { CliError } from "../errors.ts";
import type { PluggedProject } from "./plugged-project.ts";
import type { InvokeTarget } from "./plugin.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";
import type { Plugins, Services } from "./plugins.ts";

/** Runs the sandbox hooks of an app's plugins during a dev session. */
export class SandboxPlugins {
  readonly #onFailure: (text: string) => void;
  readonly #runtime: Promise<Runtime>;
  readonly #running = new Set<Promise<void>>();
  #setRuntime: (runtime: Runtime) => void = () => {};
  #giveUp: (reason: Error) => void = () => {};
  #project: Project;
  #plugins: Plugins;

  #runtimes: ReadonlyMap<string, PluginRuntime>;
  #services: Services;

  constructor(
    { project, plugins, runtimes, services }: PluggedProject,
    onFailure: (text: string) => void,
  ) {
    this.#project = project;
    this.#plugins = plugins;
    this.#runtimes = runtimes;
    this.#services = services;
    this.#onFailure = onFailure;
    this.#runtime = new Promise((resolve, reject) => {
      this.#setRuntime = resolve;
      this.#giveUp = reject;
    });
    // Callers that await it get the error; without callers it must not be an unhandled rejection.
    this.#runtime.catch(() => {});
  }

  get isEmpty(): boolean {
    return this.#plugins.isEmpty;
  }

  /** Starts plugins with custom runtimes, which build functions. @throws CliError `ERR_PLUGIN` */
  beforeBuilds(): Promise<void> {
    return this.#plugins.start(this.#project, this.#invoke, "before-builds");
  }

  /** Starts all other plugins, once functions can be invoked. @throws CliError `ERR_PLUGIN` */
  ready(runtime: Runtime): Promise<void> {
    this.#setRuntime(runtime);
    return this.#plugins.start(this.#project, this.#invoke, "ready");
  }

  /** What Architect hands the commands of `@sandbox-start`. */
  get commandEnvironment(): Readonly<Record<string, string>> {
    return this.#plugins.commandEnvironment(this.#project);
  }

  /** Custom runtimes, by function. */
  get runtimes(): ReadonlyMap<string, PluginRuntime> {
    return this.#runtimes;
  }

  /** Values that functions can discover. */
  get services(): Services {
    return this.#services;
  }

  update({ project, plugins, runtimes, services }: PluggedProject): void {
    this.#services = services;
    this.#project = project;
    this.#plugins = plugins;
    this.#runtimes = runtimes;
  }

  /** A file was saved or removed. */
  saved(file: string): void {
    const run = this.#report(this.#plugins.watcher(this.#project, this.#invoke, file)).finally(() =>
      this.#running.delete(run),
    );
    this.#running.add(run);
  }

  /** Resolves when plugins have handled all saved files. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Also runs for an app that failed to start. Functions can no longer be invoked. */
  async close(): Promise<void> {
    this.#giveUp(new Error("the app is not running"));
    await this.settled();
    await this.#report(this.#plugins.end(this.#project, this.#invoke));
  }

  async #report(hook: Promise<void>): Promise<void> {
    try {
      await hook;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.#onFailure(error.message);
    }
  }

  readonly #invoke = async ({ pragma, name, payload }: InvokeTarget): Promise<unknown> => {
    const { invoker } = await this.#runtime;
    const functionId = this.#functionIdOf(pragma, name);
    const result = await invoker.invoke(functionId, JSON.stringify(payload ?? {}));
    if (!result.ok) throw new Error(`${functionId}: ${result.errorType}: ${result.errorMessage}`);
    return JSON.parse(result.payload) as unknown;
  };

  /** Architect's plugins refer to HTTP functions by route: `get /cats`. */
  #functionIdOf(pragma: string, name: string): string {
    const route = this.#project.manifest.http?.routes.find(
      ({ method, path }) => pragma === "http" && `${method} ${path}` === name,
    );
    return route?.functionId ?? `${pragma}/${name}`;
  }
}
