import { existsSync } from "node:fs";
import type { Diagnostic, EnvironmentName, Manifest, Project } from "@arclet/manifest";
import type { Template } from "@arclet/deploy";
import { createInventory } from "./inventory.ts";
import { runHook, type LoadedPlugin } from "./loaded-plugin.ts";
import type {
  CloudFormation,
  DeployedContext,
  InvokeTarget,
  Plugin,
  PluginContext,
  SandboxContext,
} from "./plugin.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";
import type { ProjectTexts } from "./project-texts.ts";
import type { ExtendedManifest } from "./plugin-configs.ts";
import { addPluginFunctions } from "./plugin-functions.ts";

export type Environments = Readonly<Record<EnvironmentName, Readonly<Record<string, string>>>>;

/** `{ <plugin>: { <key>: <value> } }` */
export type Services = Readonly<Record<string, Readonly<Record<string, string>>>>;

type DeployTarget = Pick<DeployedContext, "dryRun" | "stackname" | "stage">;

export type Invoke = (target: InvokeTarget) => Promise<unknown>;

const environmentNames = ["testing", "staging", "production"] as const;

/** Linux refuses a process with a longer variable: `MAX_ARG_STRLEN`, 128 KiB, with its name. */
const longestVariable = 120_000;

/** The plugins of one app. Hooks run in the manifest's order. */
export class Plugins {
  readonly #loaded: readonly LoadedPlugin[];
  readonly #root: string;
  readonly #texts: ProjectTexts;
  #runtimes: ReadonlyMap<string, PluginRuntime> = new Map();

  constructor(root: string, texts: ProjectTexts, loaded: readonly LoadedPlugin[]) {
    this.#root = root;
    this.#texts = texts;
    this.#loaded = loaded;
  }

  get isEmpty(): boolean {
    return this.#loaded.length === 0;
  }

  /** Warnings for hooks without effect. */
  get warnings(): readonly Diagnostic[] {
    return this.#loaded.flatMap(({ name, file, notes }) =>
      notes.map((note): Diagnostic => ({
        severity: "warning",
        code: "plugin-hook-unknown",
        text: `plugin ${name} (${file}): ${note}`,
        location: null,
        notes: [],
      })),
    );
  }

  /** Returns the manifest with the plugins' functions and tables. @throws CliError `ERR_PLUGIN` */
  async extend(manifest: Manifest): Promise<ExtendedManifest> {
    let extended = manifest;
    const diagnostics: Diagnostic[] = [];
    for (const loaded of this.#loaded) {
      const context = this.#context(extended, "testing");
      const added = await addPluginFunctions(loaded, extended, context);
      extended = added.manifest;
      diagnostics.push(...added.diagnostics);
    }
    return { manifest: extended, diagnostics };
  }

  /** Variables that plugins set, for each environment. */
  async environments({ manifest }: Project): Promise<Environments> {
    const result: Record<EnvironmentName, Record<string, string>> = {
      testing: {},
      staging: {},
      production: {},
    };
    for (const loaded of this.#loaded) {
      const { set } = loaded.plugin;
      if (set?.env === undefined) continue;
      for (const stage of environmentNames) {
        const context = this.#context(manifest, stage);
        const given = await runHook(loaded, "set.env", () => set.env?.(context));
        Object.assign(result[stage], asTexts(given, stage));
      }
    }
    return result;
  }

  /** Values that functions can discover locally. */
  async services({ manifest }: Project): Promise<Services> {
    const services: Record<string, Record<string, string>> = {};
    for (const loaded of this.#loaded) {
      const { deploy } = loaded.plugin;
      if (deploy?.services === undefined) continue;
      const context = this.#context(manifest, "testing");
      const given = await runHook(loaded, "deploy.services", () =>
        deploy.services?.({ ...context, cloudformation: null }),
      );
      services[serviceName(loaded)] = Object.fromEntries(
        Object.entries(given ?? {}).map(([key, value]) => [key, String(value)]),
      );
    }
    return services;
  }

  /** The inventory and the manifest as JSON; what the system would not take as a variable is left out. */
  commandEnvironment({ manifest, preferences }: Project): Readonly<Record<string, string>> {
    const { inventory, arc } = this.#context(manifest, preferences.sandbox.env ?? "testing");
    const { plugins: _, ...inv } = inventory.inv;
    const variables = { ARC_INV: JSON.stringify(inv), ARC_RAW: JSON.stringify(arc) };
    return Object.fromEntries(
      Object.entries(variables).filter(([, value]) => value.length < longestVariable),
    );
  }

  /** Whether a plugin deploys the template itself. */
  get hasTarget(): boolean {
    return this.#loaded.some(({ plugin }) => plugin.deploy?.target !== undefined);
  }

  /** Passes the finished template to the plugins that deploy it. */
  async deployTo(project: Project, template: Template, target: DeployTarget): Promise<void> {
    const cloudformation = structuredClone(template) as unknown as CloudFormation;
    for (const loaded of this.#loaded) {
      const context = { ...this.#deployedContext(project, target), cloudformation };
      await runHook(loaded, "deploy.target", () => loaded.plugin.deploy?.target?.(context));
    }
  }

  /** Custom runtimes, by the ids of the functions that name one. */
  async runtimes({ manifest, functions }: Project): Promise<ReadonlyMap<string, PluginRuntime>> {
    const runtimes = new Map<string, PluginRuntime>();
    const context = this.#context(manifest, "testing");
    for (const loaded of this.#loaded) {
      const { set } = loaded.plugin;
      if (set?.runtimes === undefined) continue;
      const given = await runHook(loaded, "set.runtimes", () => set.runtimes?.(context));
      for (const runtime of given === undefined ? [] : [given].flat()) {
        // Architect's plugins name the folder `build`.
        const { build } = runtime as { readonly build?: string };
        runtimes.set(runtime.name, {
          ...runtime,
          ...(build === undefined ? {} : { buildFolder: build }),
        });
      }
    }
    this.#runtimes = new Map(
      functions.flatMap(({ id, config }) => {
        const runtime = runtimes.get(config.runtime);
        return runtime === undefined ? [] : [[id, runtime] as const];
      }),
    );
    return this.#runtimes;
  }

  /** Plugins with custom runtimes build functions, so they start first. */
  async start(project: Project, invoke: Invoke, when: "before-builds" | "ready"): Promise<void> {
    for (const loaded of this.#loaded) {
      const builds = loaded.plugin.set?.runtimes !== undefined;
      if (builds === (when === "before-builds"))
        await this.#sandboxHook(loaded, "start", project, invoke);
    }
  }

  async end(project: Project, invoke: Invoke): Promise<void> {
    for (const loaded of this.#loaded) await this.#sandboxHook(loaded, "end", project, invoke);
  }

  async watcher(project: Project, invoke: Invoke, filename: string): Promise<void> {
    const event = existsSync(filename) ? "update" : "remove";
    const context = this.#sandboxContext(project, invoke);
    for (const loaded of this.#loaded)
      await runHook(loaded, "sandbox.watcher", () =>
        loaded.plugin.sandbox?.watcher?.({ ...context, filename, event }),
      );
  }

  /**
   * Architect's runtime plugins build functions in `deploy.start`. Functions are packaged before the template
   * exists, so these hooks run an extra time before that, with an empty template.
   */
  async deployBuilds(project: Project, target: DeployTarget): Promise<void> {
    for (const loaded of this.#loaded) {
      if (loaded.plugin.set?.runtimes === undefined) continue;
      const cloudformation = { Resources: {}, Outputs: {} };
      const context = { ...this.#deployedContext(project, target), cloudformation };
      await runHook(loaded, "deploy.start", () => loaded.plugin.deploy?.start?.(context));
    }
  }

  /** Runs the plugins' deploy hooks on the template. */
  async deployStart(project: Project, template: Template, target: DeployTarget): Promise<Template> {
    if (this.#loaded.length === 0) return template;
    // Each plugin changes the previous one's result, in a copy that has Architect's names.
    const { architectView } = await import("@arclet/deploy");
    const view = architectView(template, project.manifest);
    let cloudformation = view.template as unknown as CloudFormation;
    for (const loaded of this.#loaded) {
      const context = { ...this.#deployedContext(project, target), cloudformation };
      const given = await runHook(loaded, "deploy.start", () =>
        loaded.plugin.deploy?.start?.(context),
      );
      cloudformation = given ?? cloudformation;
    }
    for (const loaded of this.#loaded) {
      const context = { ...this.#deployedContext(project, target), cloudformation };
      const given = await runHook(loaded, "deploy.services", () =>
        loaded.plugin.deploy?.services?.(context),
      );
      for (const [key, value] of Object.entries(given ?? {}))
        cloudformation.Resources[parameterId(loaded, key)] = parameter(loaded, key, value);
    }
    return view.restore(cloudformation as unknown as Template);
  }

  async deployEnd(project: Project, target: DeployTarget): Promise<void> {
    for (const loaded of this.#loaded) {
      const context = this.#deployedContext(project, target);
      await runHook(loaded, "deploy.end", () => loaded.plugin.deploy?.end?.(context));
    }
  }

  #sandboxHook(
    loaded: LoadedPlugin,
    hook: Exclude<keyof NonNullable<Plugin["sandbox"]>, "watcher">,
    project: Project,
    invoke: Invoke,
  ): Promise<unknown> {
    const context = this.#sandboxContext(project, invoke);
    return runHook(loaded, `sandbox.${hook}`, () => loaded.plugin.sandbox?.[hook]?.(context));
  }

  #context(manifest: Manifest, stage: EnvironmentName): PluginContext {
    return {
      arc: manifest.pragmas,
      inventory: createInventory({
        manifest,
        root: this.#root,
        texts: this.#texts,
        stage,
        runtimes: this.#runtimes,
        plugins: Object.fromEntries(this.#loaded.map(({ name, plugin }) => [name, plugin])),
      }),
      manifest,
      root: this.#root,
      stage,
    };
  }

  #sandboxContext({ manifest, preferences }: Project, invoke: Invoke): SandboxContext {
    const stage = preferences.sandbox.env ?? "testing";
    return { ...this.#context(manifest, stage), invoke };
  }

  #deployedContext({ manifest }: Project, target: DeployTarget): DeployedContext {
    return {
      ...this.#context(manifest, target.stage),
      ...target,
      stackName: target.stackname,
    };
  }
}

/** Values of one environment. Objects become JSON, as in Architect. */
function asTexts(given: unknown, stage: EnvironmentName): Record<string, string> {
  if (typeof given !== "object" || given === null) return {};
  const values = { ...given } as Record<string, unknown>;
  const isByEnvironment = environmentNames.some((name) => typeof values[name] === "object");
  const chosen = isByEnvironment ? (values[stage] ?? {}) : values;
  return Object.fromEntries(
    Object.entries(chosen).map(([name, value]) => [
      name,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  );
}

/** A plugin's name in parameters, as in Architect: letters and digits, other characters as dashes. */
function serviceName({ name }: LoadedPlugin): string {
  return name.replace(/^@/, "").replaceAll(/[^A-Za-z0-9_.]+/g, "-");
}

function parameterId(loaded: LoadedPlugin, key: string): string {
  const words = `${serviceName(loaded)} ${key}`.split(/[^A-Za-z0-9]+/);
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}Param`;
}

/** Where `@architect/functions` discovers it. */
function parameter(loaded: LoadedPlugin, key: string, value: unknown): Record<string, unknown> {
  return {
    Type: "AWS::SSM::Parameter",
    Properties: {
      Type: "String",
      Name: { "Fn::Sub": `/\${AWS::StackName}/${serviceName(loaded)}/${key}` },
      Value: value,
    },
  };
}
