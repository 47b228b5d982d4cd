import type { PluginRuntime } from "./plugin-runtime.ts";
import type { Manifest, PlainValue } from "@arclet/manifest";
import type { Inventory } from "./inventory.ts";

type Awaitable<Value> = Value | Promise<Value>;
type OneOrMore<Value> = Awaitable<Value | readonly Value[] | undefined>;

/** Argument of every hook. `arc` and `inventory` have Architect's shapes; `manifest` is Arclet's model. */
export interface PluginContext {
  /** Every pragma as plain values, including plugins' own: `arc["my-pragma"]`. */
  readonly arc: Readonly<Record<string, readonly PlainValue[]>>;
  readonly inventory: Inventory;
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  readonly stage: "testing" | "staging" | "production";
}

export interface SandboxContext extends PluginContext {
  /**
   * Runs a function once. Resolves with its result, or rejects with its error. In `sandbox.start` of a plugin
   * that sets runtimes it waits until functions are built, so do not await it there.
   */
  invoke(target: InvokeTarget): Promise<unknown>;
}

export interface InvokeTarget {
  /** `events`, `queues`, `scheduled`, `tables-streams`, `ws`, `http`. */
  readonly pragma: string;
  readonly name: string;
  /** The function's event. */
  readonly payload?: unknown;
}

export interface WatcherContext extends SandboxContext {
  /** Absolute path of the file that was saved or removed. */
  readonly filename: string;
  readonly event: "update" | "remove";
}

/** A CloudFormation template. Change it in place, or return a new one. */
export interface CloudFormation {
  Resources: Record<string, Record<string, unknown>>;
  Outputs?: Record<string, unknown>;
  Parameters?: Record<string, unknown>;
  [section: string]: unknown;
}

export interface DeployedContext extends PluginContext {
  readonly dryRun: boolean;
  readonly stackname: string;
  /** The same, as Architect spells it. */
  readonly stackName: string;
}

export interface DeployContext extends DeployedContext {
  readonly cloudformation: CloudFormation;
}

/** Values for every environment, or for each: `{ testing: {…}, staging: {…}, production: {…} }`. */
export type PluginEnvironment =
  | Readonly<Record<string, string | number | boolean | object>>
  | Readonly<Record<"testing" | "staging" | "production", Readonly<Record<string, unknown>>>>;

export interface PluginRoute {
  readonly method: string;
  readonly path: string;
  /** Folder of the function, relative to the project or absolute. */
  readonly src: string;
  /** Settings of `@aws` and `@arc`, as in a function's `config.arc`, which wins: `{ timeout: 20 }`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface PluginFolder {
  /** Relative to the project or absolute. */
  readonly src: string;
  /** Whether a missing folder is an error. Otherwise it is ignored. @default false */
  readonly required?: boolean;
}

export interface PluginFunction {
  readonly name: string;
  readonly src: string;
  /** Settings of `@aws` and `@arc`, as in a function's `config.arc`, which wins: `{ timeout: 20 }`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface PluginQueue extends PluginFunction {
  readonly fifo?: boolean;
  readonly batchSize?: number;
  readonly batchWindow?: number;
}

export interface PluginSchedule extends PluginFunction {
  /** `1 day` */
  readonly rate?: string;
  /** `0 12 * * ? *` */
  readonly cron?: string;
  readonly timezone?: string;
}

export interface PluginStream extends PluginFunction {
  readonly table: string;
}

export interface PluginTable {
  readonly name: string;
  readonly partitionKey: string;
  /** @default "string" */
  readonly partitionKeyType?: "string" | "number";
  readonly sortKey?: string | null;
  /** @default "string" */
  readonly sortKeyType?: "string" | "number" | null;
  /** Attribute that holds the time of expiry. */
  readonly ttl?: string | null;
  /** `true`, or the ARN of a key of KMS. @default false */
  readonly encrypt?: boolean | string | null;
  /** Point-in-time recovery. @default false */
  readonly pitr?: boolean | null;
}

export interface PluginIndex {
  /** Name of the table, of the manifest or of a plugin. */
  readonly name: string;
  readonly partitionKey: string;
  /** @default "string" */
  readonly partitionKeyType?: "string" | "number";
  readonly sortKey?: string | null;
  /** @default "string" */
  readonly sortKeyType?: "string" | "number" | null;
  /** Made of the keys' names by default. */
  readonly indexName?: string | null;
  /** @default "ALL" */
  readonly projectionType?: "ALL" | "KEYS_ONLY" | "INCLUDE";
  /** Of `INCLUDE`: attributes beside the keys. */
  readonly projectionAttributes?: readonly string[] | null;
}

export interface Plugin {
  readonly set?: {
    env?(context: PluginContext): Awaitable<PluginEnvironment | undefined>;
    http?(context: PluginContext): OneOrMore<PluginRoute>;
    ws?(context: PluginContext): OneOrMore<PluginFunction>;
    events?(context: PluginContext): OneOrMore<PluginFunction>;
    queues?(context: PluginContext): OneOrMore<PluginQueue>;
    scheduled?(context: PluginContext): OneOrMore<PluginSchedule>;
    tables?(context: PluginContext): OneOrMore<PluginTable>;
    "tables-indexes"?(context: PluginContext): OneOrMore<PluginIndex>;
    "tables-streams"?(context: PluginContext): OneOrMore<PluginStream>;
    runtimes?(context: PluginContext): OneOrMore<PluginRuntime>;
    /** Functions that only the plugin's own code and resources invoke. */
    customLambdas?(context: PluginContext): OneOrMore<PluginFunction>;
    /** The folder of `@architect/shared`. `src` in the manifest takes precedence. */
    shared?(context: PluginContext): Awaitable<PluginFolder | undefined>;
    /** The folder of `@architect/views`. `src` in the manifest takes precedence. */
    views?(context: PluginContext): Awaitable<PluginFolder | undefined>;
    /** Settings of `@static`. The manifest's settings take precedence. */
    static?(context: PluginContext): Awaitable<Readonly<Record<string, unknown>> | undefined>;
    /** URLs of `@proxy`. The manifest's settings take precedence. */
    proxy?(
      context: PluginContext,
    ): Awaitable<
      Partial<Readonly<Record<"testing" | "staging" | "production", string>>> | undefined
    >;
  };
  readonly sandbox?: {
    start?(context: SandboxContext): Awaitable<unknown>;
    watcher?(context: WatcherContext): Awaitable<unknown>;
    end?(context: SandboxContext): Awaitable<unknown>;
  };
  readonly deploy?: {
    start?(context: DeployContext): Awaitable<CloudFormation | undefined | void>;
    /**
     * Values that functions discover with `arc.services()`, below `/<stack>/<plugin>/`. Locally, `cloudformation`
     * is null and the stage is `testing`.
     */
    services?(
      context: PluginContext & {
        readonly cloudformation: CloudFormation | null;
      },
    ): Awaitable<Readonly<Record<string, unknown>> | undefined>;
    /** Deploys the finished template elsewhere. Arclet then sends nothing to AWS. */
    target?(context: DeployContext): Awaitable<unknown>;
    end?(context: DeployedContext): Awaitable<unknown>;
  };
}

/** Types a plugin: `export default definePlugin({ set: { env: () => ({ NAME: "value" }) } })`. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
