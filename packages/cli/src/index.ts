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
  type PluginIndex,
  type PluginQueue,
  type PluginRoute,
  type PluginSchedule,
  type PluginStream,
  type PluginTable,
  type SandboxContext,
  type WatcherContext,
} from "./plugins/plugin.ts";
export type { CompileTarget, PluginRuntime } from "./plugins/plugin-runtime.ts";
export type { Inventory } from "./plugins/inventory.ts";
export type { InventoryLambda } from "./plugins/inventory-lambdas.ts";
export type { InventoryIndex, InventoryTable } from "./plugins/inventory-resources.ts";
