export { runCommandLine } from "./command-line.ts";
export {
  definePlugin,
  type CloudFormation,
  type CompileTarget,
  type DeployContext,
  type DeployedContext,
  type InvokeTarget,
  type Plugin,
  type PluginContext,
  type PluginEnvironment,
  type PluginFunction,
  type PluginQueue,
  type PluginRoute,
  type PluginRuntime,
  type PluginSchedule,
  type PluginStream,
  type PluginTable,
  type SandboxContext,
  type WatcherContext,
} from "./plugins/plugin.ts";
export type { Inventory, InventoryLambda } from "./plugins/inventory.ts";
