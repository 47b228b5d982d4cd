export { runCommandLine } from "./command-line.ts";
export {
  definePlugin,
  type CloudFormation,
  type DeployContext,
  type DeployedContext,
  type InvokeTarget,
  type Plugin,
  type PluginContext,
  type PluginEnvironment,
  type PluginFunction,
  type PluginQueue,
  type PluginRoute,
  type PluginSchedule,
  type PluginStream,
  type PluginTable,
  type SandboxContext,
  type WatcherContext,
} from "./plugins/plugin.ts";
export type { CompileTarget, PluginRuntime } from "./plugins/plugin-runtime.ts";
export type { Inventory, InventoryLambda } from "./plugins/inventory.ts";
